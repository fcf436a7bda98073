"""What was read of forms as a file: a row for each scan, a column for each field, doubtful cells marked."""

import io
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import TYPE_CHECKING

from hwr_core.app.downloads import table_as_csv
from hwr_core.app.forms.results import FormRow, ReadForm

if TYPE_CHECKING:  # as for the exports of the history: importing pandas takes most of a second
    import pandas as pd

FILE, PAGE, CHECK, ERROR = "file", "page", "check", "error"
"""Columns beside the fields: `check` names the fields that somebody has to look at."""

DOUBTFUL = {"bg_color": "#FFD966"}
"""How a doubtful cell of a workbook looks."""


class FormFormat(StrEnum):
    """The kinds of file that forms are exported as."""

    CSV = "csv"
    XLSX = "xlsx"
    PARQUET = "parquet"

    @property
    def media_type(self) -> str:
        """What HTTP calls it."""
        return {
            FormFormat.CSV: "text/csv; charset=utf-8",
            FormFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
            FormFormat.PARQUET: "application/vnd.apache.parquet",
        }[self]


def form_file(read: ReadForm, kind: FormFormat) -> bytes:
    """Return all scans of a form as a file. Numbers are texts: a leading zero belongs to them."""
    return _ENCODERS[kind](read)


def form_table(read: ReadForm) -> "pd.DataFrame":
    """Return all scans of a form as a table: file, page, each field, which fields to check, and errors."""
    import pandas as pd  # noqa: PLC0415  see above

    names = [field.name for field in read.form.fields]
    columns = [FILE, PAGE, *names, CHECK, ERROR]
    table = pd.DataFrame([_row(row) for row in read.rows], columns=columns)
    return table.astype({name: pd.StringDtype() for name in columns if name != PAGE} | {PAGE: "int64"})


def _row(row: FormRow) -> dict[str, object]:
    return {
        FILE: row.file_name,
        PAGE: row.page,
        **{cell.name: cell.shown for cell in row.cells},
        CHECK: ", ".join(cell.name for cell in row.cells if cell.is_doubtful),
        ERROR: None if row.error is None else str(row.error),
    }


def _csv(read: ReadForm) -> bytes:
    return table_as_csv(form_table(read)).encode()


def _parquet(read: ReadForm) -> bytes:
    file = io.BytesIO()
    form_table(read).to_parquet(file, index=False, compression="zstd")
    return file.getvalue()


def _xlsx(read: ReadForm) -> bytes:
    """A workbook of one sheet: doubtful cells are coloured, and a note says how sure each is."""
    import xlsxwriter  # type: ignore[import-untyped]  # noqa: PLC0415  see above

    table = form_table(read)
    file = io.BytesIO()
    with xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        sheet = book.add_worksheet("Forms")
        head, doubtful = book.add_format({"bold": True}), book.add_format(DOUBTFUL)
        for column, name in enumerate(table.columns):
            sheet.write_string(0, column, name, head)
        for number, (row, values) in enumerate(zip(read.rows, table.to_dict("records"), strict=True), start=1):
            cells = {cell.name: cell for cell in row.cells}
            for column, name in enumerate(table.columns):
                if (cell := cells.get(name)) is not None and cell.is_doubtful:
                    sheet.write_string(number, column, cell.shown, doubtful)
                    sheet.write_comment(number, column, f"To be checked: {cell.confidence:.0%} sure.")
                elif name == PAGE:
                    sheet.write_number(number, column, row.page)
                elif isinstance(value := values[name], str):
                    sheet.write_string(number, column, value)
        sheet.freeze_panes(1, 0)
        sheet.autofit()
    return file.getvalue()


_ENCODERS: Mapping[FormFormat, Callable[[ReadForm], bytes]] = {
    FormFormat.CSV: _csv,
    FormFormat.XLSX: _xlsx,
    FormFormat.PARQUET: _parquet,
}
