"""ZIP archives of labelled pictures with an `index.csv` (file, label, writer or split) -> samples."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from zipfile import ZipFile

from hwr_core.datasets.normalised import normalised_samples
from hwr_core.datasets.samples import NOT_A_DIGIT, Part, Samples, part_of
from hwr_core.images.decode import decode
from hwr_core.records import Grey

BLANK = "blank"


def load_archive(file: Path, part: Part) -> Samples:
    """Return one part of an archive; pictures labelled neither with a digit nor as blank are left out."""
    with ZipFile(file) as archive:
        rows = [
            row for row in _index(archive) if _part(row) is part and (row["label"].isdigit() or row["label"] == BLANK)
        ]
        pictures = (_picture(archive, row["file"]) for row in rows)
        labels = [int(row["label"]) if row["label"].isdigit() else NOT_A_DIGIT for row in rows]
        return normalised_samples(pictures, labels)


def _index(archive: ZipFile) -> Iterator[dict[str, str]]:
    with archive.open("index.csv") as stream:
        yield from csv.DictReader(io.TextIOWrapper(stream, "utf-8"))


def _picture(archive: ZipFile, name: str) -> Grey:
    return decode(archive.read(name))


def _part(row: dict[str, str]) -> Part:
    """By writer, or by the archive's own two groups of pages: the larger ("val") to learn from, the other to check."""
    if "writer" in row:
        return part_of(f"scan {row['writer']}")
    if row["split"] == "val":
        return Part.TRAINING
    return Part.TEST if part_of(row["file"]) is Part.TRAINING else Part.VALIDATION
