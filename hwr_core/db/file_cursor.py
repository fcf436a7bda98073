"""A cursor of DuckDB that parses each statement once: of the 3 ms that a group of new rows takes, parsing was 0.7."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:  # see `cursor`
    import pandas as pd

MOST = 512
"""Statements that stay parsed, then all are parsed anew: those of a filter differ by what it asks for."""


class Statements:
    """Statements that have been parsed, for the cursors of one connection. Safe to use from many threads."""

    def __init__(self) -> None:
        self._parsed: dict[str, duckdb.Statement | str] = {}

    def parsed(self, query: str, connection: duckdb.DuckDBPyConnection) -> "duckdb.Statement | str":
        """Return a statement parsed; where a query is several, as in migrations, as it is.

        Raises duckdb.ParserException.
        """
        found = self._parsed.get(query)
        if found is None:
            statements = connection.extract_statements(query)
            found = statements[0] if len(statements) == 1 else query
            if len(self._parsed) >= MOST:
                self._parsed.clear()
            self._parsed[query] = found
        return found


class FileCursor:
    """One transaction at a time on a connection of its own."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, statements: Statements) -> None:
        self._cursor = connection.cursor()
        self._statements = statements

    def execute(self, query: str, parameters: Any = None) -> "FileCursor":
        """Run a statement with these values in place of $1, $2 ..."""
        self._cursor.execute(self._statements.parsed(query, self._cursor), parameters)
        return self

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row, None after the last; of a change without `returning` the number of rows."""
        row: tuple[Any, ...] | None = self._cursor.fetchone()
        return row

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows that were not fetched yet; of a change without `returning` the number of rows."""
        rows: list[tuple[Any, ...]] = self._cursor.fetchall()
        return rows

    def df(self) -> "pd.DataFrame":
        """Return all rows that were not fetched yet as a DataFrame."""
        return self._cursor.df()

    def sql(self, query: str, *, params: Sequence[Any]) -> duckdb.DuckDBPyRelation:
        """Prepare a statement whose rows are wanted as an Arrow table."""
        return self._cursor.sql(query, params=params)

    def begin(self) -> None:
        """Begin a transaction."""
        self._cursor.begin()

    def commit(self) -> None:
        """Make the transaction durable."""
        self._cursor.commit()

    def rollback(self) -> None:
        """Undo the transaction."""
        self._cursor.rollback()

    def close(self) -> None:
        """Undo what was not committed."""
        self._cursor.close()
