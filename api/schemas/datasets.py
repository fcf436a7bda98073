"""Data sets to learn from."""

from typing import Self

from pydantic import Field

from api.schemas.base import Out, Success
from hwr_core.app import SOURCES


class DatasetRow(Out):
    """A data set."""

    name: str = Field(examples=["mnist"])
    about: str = Field(examples=["scanned digits, 70,000"])
    available: bool = Field(description="Whether its files are on this server.", examples=[True])


class DatasetsOut(Success):
    """All data sets, and the suites on which this server can evaluate a version."""

    data: list[DatasetRow]
    suites: list[str] = Field(examples=[["mnist", "strokes", "custom"]])

    @classmethod
    def of(cls, sources: dict[str, bool], suites: list[str]) -> Self:
        """Return the answer about the sources, each with whether it is available."""
        rows = [DatasetRow(name=name, about=SOURCES[name].about, available=here) for name, here in sources.items()]
        return cls(data=rows, suites=suites)


class ImportedOut(Success):
    """The result of an import of labelled images."""

    total: int = Field(description="Images added.", examples=[120])
    added: dict[str, int] = Field(description="Images added, by label.", examples=[{"3": 60, "7": 60}])
    known: int = Field(description="Images that were there already.", examples=[0])
    refused: int = Field(description="Files that were not added.", examples=[1])
    reasons: list[str] = Field(
        description="Why, for the first of those.", examples=[["7/notes.txt: This is not an image."]]
    )
