"""Rows of the history -> bytes of a file: CSV, JSON Lines and Parquet, page by page."""

import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from csv import QUOTE_NONNUMERIC

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from hwr_core.recognition.types import DIGITS
from hwr_core.records.file_formats import ExportFormat

Encode = Callable[[pa.Schema, Iterable[pa.Table]], Iterator[bytes]]

DANGEROUS = r"^\s*[=+\-@]|^[\t\r]"
"""How a text begins that a spreadsheet may run as a formula (OWASP, "CSV injection")."""

ISO = "%Y-%m-%dT%H:%M:%S+00:00"
"""Arrow writes the fractions of a second with %S."""


def csv(schema: pa.Schema, pages: Iterable[pa.Table]) -> Iterator[bytes]:
    """Yield a header line, then the rows; lists become a column each, and no text is a formula any more."""
    yield _csv_bytes(_flat(schema.empty_table()), header=True)
    for page in pages:
        yield _csv_bytes(_flat(page), header=False)


def table_as_csv(table: pd.DataFrame) -> str:
    """Return a small table as CSV; names of columns and texts are defused, numbers stay numbers."""
    defused = table.rename(columns=_defused_value)
    for name in defused.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in defused.dtypes]]:
        defused[name] = defused[name].map(_defused_value)
    # All texts in quotes: pandas leaves a lone carriage return bare, and what follows it would begin a row.
    return str(defused.to_csv(index=False, quoting=QUOTE_NONNUMERIC))


def jsonl(schema: pa.Schema, pages: Iterable[pa.Table]) -> Iterator[bytes]:  # noqa: ARG001  as all formats
    """Yield one JSON object a line."""
    for page in pages:
        yield b"".join(line + b"\n" for line in json_rows(page))


def parquet(schema: pa.Schema, pages: Iterable[pa.Table]) -> Iterator[bytes]:
    """Yield a Parquet file, a row group for each page."""
    written = _Drained()
    with pa.parquet.ParquetWriter(written, schema, compression="zstd") as writer:
        for page in pages:
            writer.write_table(page)
            yield written.drain()
    yield written.drain()


def json_rows(page: pa.Table) -> Iterator[bytes]:
    """Yield each row as a JSON object; times are ISO 8601 with an offset."""
    for row in _with_iso_times(page).to_pylist():
        yield json.dumps(row, ensure_ascii=False).encode()


ENCODERS: dict[ExportFormat, Encode] = {
    ExportFormat.CSV: csv,
    ExportFormat.JSONL: jsonl,
    ExportFormat.PARQUET: parquet,
}


def _csv_bytes(table: pa.Table, *, header: bool) -> bytes:
    sink = io.BytesIO()
    pa.csv.write_csv(table, sink, pa.csv.WriteOptions(include_header=header))
    return sink.getvalue()


def _flat(page: pa.Table) -> pa.Table:
    """A table of plain columns: all_predictions as p0 to p9, times as text, texts defused."""
    page = _with_iso_times(page)
    for place, field in enumerate(page.schema):
        if pa.types.is_string(field.type):
            page = page.set_column(place, field.name, _defused(page[field.name]))
    place = page.schema.get_field_index("all_predictions")
    if place < 0:
        return page
    shares = page["all_predictions"]
    page = page.remove_column(place)
    for digit in DIGITS:
        page = page.add_column(place + digit, f"p{digit}", pc.list_element(shares, digit))
    return page


def _defused(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Put an apostrophe before what a spreadsheet would run."""
    return pc.if_else(pc.match_substring_regex(texts, DANGEROUS), pc.binary_join_element_wise("'", texts, ""), texts)


def _defused_value(value: object) -> object:
    return f"'{value}" if isinstance(value, str) and re.match(DANGEROUS, value) else value


def _with_iso_times(page: pa.Table) -> pa.Table:
    for place, field in enumerate(page.schema):
        if pa.types.is_timestamp(field.type):
            page = page.set_column(place, field.name, pc.strftime(page[field.name], format=ISO))
    return page


class _Drained(io.BytesIO):
    """A file to write to whose content is taken away in between, while its position goes on."""

    _taken = 0

    def tell(self) -> int:
        return self._taken + super().tell()

    def drain(self) -> bytes:
        content = self.getvalue()
        self._taken += len(content)
        self.seek(0)
        self.truncate()
        return content
