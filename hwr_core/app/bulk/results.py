"""The rows of a bulk reading, and the Parquet file that a shard of them becomes."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hwr_core.errors import InvalidValue

if TYPE_CHECKING:  # most of a second, which `--help` should not cost
    import pyarrow as pa

Row = dict[str, Any]
"""A row of the output; what cannot be read has its name and `error` alone."""


def table_of(rows: Iterable[Row], *, numbers: bool) -> "pa.Table":
    """Return rows as a table."""
    import pyarrow as pa  # noqa: PLC0415  see above

    return pa.Table.from_pylist(list(rows), _schema(numbers=numbers))


def publish(tables: Sequence["pa.Table"], file: Path) -> int:
    """Write the rows of a shard; its file appears when it is complete. Return how many images could not be read."""
    import pyarrow as pa  # noqa: PLC0415  see above
    import pyarrow.parquet as pq  # noqa: PLC0415

    rows = pa.concat_tables(tables)
    # One name for each shard: what a killed process leaves there is written over by the next.
    aside = file.with_name(f".{file.name}.unfinished")
    try:
        with aside.open("wb") as stream:
            pq.write_table(rows, stream)
            stream.flush()
            os.fsync(stream.fileno())
        aside.replace(file)
    except OSError as error:
        raise InvalidValue(
            f"The file {file.name} cannot be written: {error.strerror}. Finished ones are kept."
        ) from error
    return _errors(rows)


def errors_in(file: Path) -> int:
    """Return how many images of a shard could not be read."""
    import pyarrow.parquet as pq  # noqa: PLC0415  see above

    return _errors(pq.read_table(file, columns=["error"]))


def _errors(rows: "pa.Table") -> int:
    column = rows.column("error")
    return int(len(column) - column.null_count)


def _schema(*, numbers: bool) -> "pa.Schema":
    import pyarrow as pa  # noqa: PLC0415  see above

    text, number = pa.string(), pa.float64()
    of_number = [("text", text), ("confidence", number), ("accept", pa.bool_()), ("pages", pa.int32())]
    of_digit = [
        ("verdict", text),
        ("digit", pa.int32()),
        ("confidence", number),
        ("probabilities", pa.list_(number)),
        ("symbol", text),
    ]
    both = [("script", text), ("model_version", text), ("seconds", number), ("error", text)]
    return pa.schema([("file", text), *(of_number if numbers else of_digit), *both])
