"""Tables that are on show, as files."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd


def table_as_csv(table: "pd.DataFrame") -> str:
    """Return a small table as CSV; names of columns and texts cannot run as formulas, numbers stay numbers."""
    from hwr_core.records import export_formats  # noqa: PLC0415  loads Arrow, which only a download should pay for

    return export_formats.table_as_csv(table)
