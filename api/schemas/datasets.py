"""Data to learn from."""

from typing import Self

from pydantic import BaseModel, Field

from api.schemas.base import Success
from hwr_core.datasets.import_zip import Imported
from hwr_core.datasets.sources import SOURCES


class DatasetRow(BaseModel):
    """A data set."""

    name: str = Field(examples=["mnist"])
    about: str = Field(examples=["scanned digits, 70,000"])
    available: bool = Field(description="Whether it is here to learn from.", examples=[True])


class DatasetsOut(Success):
    """All data sets, and the suites that a version can be measured on here."""

    data: list[DatasetRow]
    suites: list[str] = Field(examples=[["mnist", "strokes", "custom"]])

    @classmethod
    def of(cls, sources: dict[str, bool], suites: list[str]) -> Self:
        """Return the answer for what is there."""
        rows = [DatasetRow(name=name, about=SOURCES[name].about, available=there) for name, there in sources.items()]
        return cls(data=rows, suites=suites)


class ImportedOut(Success):
    """What became of an archive of labelled images."""

    total: int = Field(description="Images added.", examples=[120])
    added: dict[str, int] = Field(description="By label.", examples=[{"3": 60, "7": 60}])
    known: int = Field(description="Images that were there already.", examples=[0])
    refused: int = Field(description="Files that were not added.", examples=[1])
    reasons: list[str] = Field(description="Why, for the first of them.", examples=[["7/notes.txt: This is no image."]])

    @classmethod
    def of(cls, imported: Imported) -> Self:
        """Return the answer for an import."""
        return cls(
            total=imported.total,
            added=imported.added,
            known=imported.known,
            refused=imported.refused,
            reasons=list(imported.reasons),
        )
