"""ZIP archives of labelled images with an `index.csv` (file, label, writer or split) -> images."""

import csv
import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from zipfile import ZipFile

from hwr_core.datasets.samples import LabelledImage, Part, part_of
from hwr_core.images.decode import decode
from hwr_core.images.types import Grey
from hwr_core.recognition.types import NOT_A_DIGIT

NO_DIGITS = ("blank", "signature")
"""Labels of images that hold no digit."""

AMOUNTS = "cheque-amounts"
"""Images of whole numbers: to check on, not to learn from."""


def rows(file: Path, part: Part) -> list[tuple[str, int]]:
    """Return name and label of each image of one part; those labelled otherwise are left out."""
    with ZipFile(file) as archive:
        return [
            (row["file"], int(row["label"]) if row["label"].isdigit() else NOT_A_DIGIT)
            for row in _index(archive)
            if _part(row) is part and (row["label"].isdigit() or row["label"] in NO_DIGITS)
        ]


def images(file: Path, selected: Sequence[tuple[str, int]]) -> Iterator[LabelledImage]:
    """Yield the images of these names with their labels."""
    with ZipFile(file) as archive:
        for name, label in selected:
            yield decode(archive.read(name)), label


def amounts(file: Path) -> Iterator[tuple[Grey, str]]:
    """Yield each amount's image and its digits."""
    with ZipFile(file) as archive:
        for row in _index(archive):
            yield decode(archive.read(row["file"])), row["text"]


def _index(archive: ZipFile) -> Iterator[dict[str, str]]:
    with archive.open("index.csv") as stream:
        yield from csv.DictReader(io.TextIOWrapper(stream, "utf-8"))


def _part(row: dict[str, str]) -> Part:
    """By writer, or by the archive's own two groups of pages: the larger ("val") to learn from, the other to check."""
    if "writer" in row:
        return part_of(f"scan {row['writer']}")
    if row["split"] == "val":
        return Part.TRAINING
    return Part.TEST if part_of(row["file"]) is Part.TRAINING else Part.VALIDATION
