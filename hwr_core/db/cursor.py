"""What a session hands out: DuckDB's own cursor, or one of PostgreSQL that behaves like it.

All other rooms know this type alone. They write SQL that both engines understand, with `$1` placeholders.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:  # importing Arrow and pandas takes most of a second, which a single prediction should not cost
    import pandas as pd
    import pyarrow as pa


class Relation(Protocol):
    """A statement about to be run for its rows."""

    def to_arrow_table(self) -> "pa.Table":
        """Run it, and return its rows."""


class Cursor(Protocol):
    """Runs statements inside a transaction, and hands out their rows."""

    def execute(self, query: str, parameters: Any = None) -> "Cursor":
        """Run a statement with these values in place of $1, $2 ...; its rows are fetched from what is returned."""

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row, None after the last; of a change without `returning` the number of rows."""

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows that were not fetched yet."""

    def df(self) -> "pd.DataFrame":
        """Return all rows that were not fetched yet as a DataFrame."""

    def sql(self, query: str, *, params: Sequence[Any]) -> Relation:
        """Prepare a statement whose rows are wanted as an Arrow table."""

    def begin(self) -> object:
        """Begin a transaction."""

    def commit(self) -> object:
        """Make the transaction durable."""

    def rollback(self) -> object:
        """Undo the transaction."""
