"""The file formats of an export, by name: what writes them loads pandas and Arrow, and is elsewhere."""

from enum import StrEnum


class ExportFormat(StrEnum):
    """The kinds of file the history is exported as."""

    CSV = "csv"
    JSONL = "jsonl"
    PARQUET = "parquet"

    @property
    def media_type(self) -> str:
        """What HTTP calls it."""
        return {
            ExportFormat.CSV: "text/csv; charset=utf-8",
            ExportFormat.JSONL: "application/x-ndjson",
            ExportFormat.PARQUET: "application/vnd.apache.parquet",
        }[self]
