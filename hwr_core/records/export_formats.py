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

from hwr_core.records.file_formats import ExportFormat
from hwr_core.scripts.script import all_scripts

Encode = Callable[[pa.Schema, Iterable[pa.Table]], Iterator[bytes]]

DANGEROUS = r"^\s*[=+\-@]|^[\t\r]"
"""The beginning of a text that a spreadsheet may run as a formula (OWASP, "CSV injection")."""

NEGATIVE = r"-\d+(\.\d+)?"
"""A negative number, which is no formula."""

PART = 1_000
"""Rows that are encoded at once: a client that reads slowly holds what was encoded."""

ISO = "%Y-%m-%dT%H:%M:%S+00:00"
"""%S in Arrow includes the fraction of a second."""


def csv(schema: pa.Schema, pages: Iterable[pa.Table]) -> Iterator[bytes]:
    """Yield a header line, then the rows; each probability has its own column, and no text can run as a formula."""
    yield _csv_bytes(_flat(schema.empty_table()), header=True)
    for part in _parts(pages):
        yield _csv_bytes(_flat(part), header=False)


def table_as_csv(table: pd.DataFrame) -> str:
    """Return a small table as CSV; column names and texts cannot run as formulas, numbers stay numbers."""
    defused = table.rename(columns=_defused_value)
    for name in defused.columns[[not pd.api.types.is_numeric_dtype(kind) for kind in defused.dtypes]]:
        defused[name] = defused[name].map(_defused_value)
    # All texts are quoted: pandas does not quote a lone carriage return, and what follows it would begin a new row.
    return str(defused.to_csv(index=False, quoting=QUOTE_NONNUMERIC))


def jsonl(schema: pa.Schema, pages: Iterable[pa.Table]) -> Iterator[bytes]:  # noqa: ARG001  all formats have the same signature
    """Yield one JSON object per line."""
    for part in _parts(pages):
        yield b"".join(line + b"\n" for line in json_rows([part]))


def parquet(schema: pa.Schema, pages: Iterable[pa.Table]) -> Iterator[bytes]:
    """Yield a Parquet file with one row group per page."""
    sink = _DrainedFile()
    with pa.parquet.ParquetWriter(sink, schema, compression="zstd") as writer:
        for page in pages:
            writer.write_table(page)
            yield sink.drain()
    yield sink.drain()


def json_rows(pages: Iterable[pa.Table]) -> Iterator[bytes]:
    """Yield each row as a JSON object; times are ISO 8601 with an offset."""
    for part in _parts(pages):
        for row in _with_iso_times(part).to_pylist():
            yield json.dumps(row, ensure_ascii=False).encode()


ENCODERS: dict[ExportFormat, Encode] = {
    ExportFormat.CSV: csv,
    ExportFormat.JSONL: jsonl,
    ExportFormat.PARQUET: parquet,
}


def _parts(pages: Iterable[pa.Table]) -> Iterator[pa.Table]:
    for page in pages:
        for first in range(0, page.num_rows, PART):
            yield page.slice(first, PART)


def _csv_bytes(table: pa.Table, *, header: bool) -> bytes:
    sink = io.BytesIO()
    pa.csv.write_csv(table, sink, pa.csv.WriteOptions(include_header=header))
    return sink.getvalue()


def _flat(page: pa.Table) -> pa.Table:
    """A table of plain columns: times as text, texts that cannot run as formulas, and all_predictions from p0 on.

    As many as the longest script has symbols; those of a script that has fewer are empty.
    """
    page = _with_iso_times(page)
    for place, field in enumerate(page.schema):
        if pa.types.is_string(field.type):
            page = page.set_column(place, field.name, _defused(page[field.name]))
    place = page.schema.get_field_index("all_predictions")
    if place < 0:
        return page
    most = max(len(script.symbols) for script in all_scripts().values())
    probabilities = pc.list_slice(page["all_predictions"], 0, most, return_fixed_size_list=True)
    page = page.remove_column(place)
    for symbol in range(most):
        page = page.add_column(place + symbol, f"p{symbol}", pc.list_element(probabilities, symbol))
    return page


def _defused(texts: pa.ChunkedArray) -> pa.ChunkedArray:
    """Put an apostrophe before each text that a spreadsheet would run."""
    return pc.if_else(pc.match_substring_regex(texts, DANGEROUS), pc.binary_join_element_wise("'", texts, ""), texts)


def _defused_value(value: object) -> object:
    if not isinstance(value, str) or re.fullmatch(NEGATIVE, value):
        return value
    return f"'{value}" if re.match(DANGEROUS, value) else value


def _with_iso_times(page: pa.Table) -> pa.Table:
    for place, field in enumerate(page.schema):
        if pa.types.is_timestamp(field.type):
            page = page.set_column(place, field.name, pc.strftime(page[field.name], format=ISO))
    return page


class _DrainedFile(io.BytesIO):
    """A file in memory whose content can be taken out while it is written; its position goes on counting."""

    _taken = 0

    def tell(self) -> int:
        return self._taken + super().tell()

    def drain(self) -> bytes:
        content = self.getvalue()
        self._taken += len(content)
        self.seek(0)
        self.truncate()
        return content
