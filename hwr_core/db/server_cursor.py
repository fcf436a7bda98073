"""A cursor of PostgreSQL that behaves like DuckDB's: `$1` placeholders, chained calls, rows as a DataFrame or Arrow."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

from psycopg import Connection, RawCursor
from psycopg.adapt import Buffer, Loader

if TYPE_CHECKING:  # see `cursor`
    import pandas as pd
    import pyarrow as pa

AnyConnection: TypeAlias = Connection[Any]


class NumericLoader(Loader):
    """Numeric as DuckDB hands out its own sums and quotients: an int where it is whole, else a float."""

    def load(self, data: Buffer) -> int | float:
        """Return the number that PostgreSQL wrote as text."""
        text = bytes(data).decode()
        return int(text) if text.lstrip("-").isdecimal() else float(text)


class ServerCursor:
    """One transaction at a time on a connection that commits nothing by itself."""

    def __init__(self, connection: AnyConnection) -> None:
        self._connection = connection
        self._cursor: RawCursor[tuple[Any, ...]] = RawCursor(connection)

    def execute(self, query: str, parameters: Any = None) -> "ServerCursor":
        """Run a statement with these values in place of $1, $2 ..."""
        self._cursor.execute(query.encode(), parameters)
        return self

    def fetchone(self) -> tuple[Any, ...] | None:
        """Return the next row, None after the last; of a change without `returning` the number of rows."""
        return self._cursor.fetchone() if self._cursor.description else (self._cursor.rowcount,)

    def fetchall(self) -> list[tuple[Any, ...]]:
        """Return all rows that were not fetched yet; of a change without `returning` the number of rows."""
        return self._cursor.fetchall() if self._cursor.description else [(self._cursor.rowcount,)]

    def df(self) -> "pd.DataFrame":
        """Return all rows that were not fetched yet as a DataFrame, with the column types that DuckDB gives them."""
        frame: pd.DataFrame = self.to_arrow_table().to_pandas()
        return frame

    def sql(self, query: str, *, params: Sequence[Any]) -> "ServerCursor":
        """Run a statement whose rows are wanted as an Arrow table."""
        return self.execute(query, list(params))

    def to_arrow_table(self) -> "pa.Table":
        """Return all rows that were not fetched yet as an Arrow table."""
        import pyarrow as pa  # noqa: PLC0415  see above

        columns = self._cursor.description or []
        schema = pa.schema([(column.name, _arrow_type(column.type_code)) for column in columns])
        rows = self._cursor.fetchall()
        values = list(zip(*rows, strict=True)) if rows else [()] * len(schema)
        return pa.table([pa.array(each, field.type) for each, field in zip(values, schema, strict=True)], schema=schema)

    def begin(self) -> None:
        """Begin a transaction that sees one moment, as DuckDB's do."""
        self.execute("begin isolation level repeatable read")

    def commit(self) -> None:
        """Make the transaction durable."""
        self._connection.commit()

    def rollback(self) -> None:
        """Undo the transaction."""
        self._connection.rollback()


def _arrow_type(oid: int) -> "pa.DataType":
    """The Arrow type of one of PostgreSQL's types: those of our columns, and of what we compute from them."""
    import pyarrow as pa  # noqa: PLC0415  see above

    types = {
        16: pa.bool_(),
        17: pa.binary(),
        20: pa.int64(),
        21: pa.int16(),
        23: pa.int32(),
        701: pa.float64(),
        1022: pa.list_(pa.float64()),
        1082: pa.date32(),
        1114: pa.timestamp("us"),
        1184: pa.timestamp("us", "UTC"),
        1700: pa.float64(),
    }
    return types.get(oid, pa.string())
