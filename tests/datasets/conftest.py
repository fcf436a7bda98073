"""Tiny data files of the real formats."""

import csv
import gzip
import io
import json
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests.handwriting import hand_made_strokes

Rows = Iterable[Mapping[str, Any]]


@pytest.fixture
def stroke_file(tmp_path: Path) -> Callable[..., Path]:
    """Write recordings, each a label and a writer, as a file of strokes; letters are written as a 4."""

    def write(rows: Iterable[tuple[Any, str]], name: str = "strokes-unipen.jsonl.gz", *, up: bool = False) -> Path:
        with gzip.open(tmp_path / name, "wt", encoding="utf-8") as file:
            for label, writer in rows:
                strokes = hand_made_strokes(label if isinstance(label, int) else 4)
                turned = [(stroke * (1000, -1000 if up else 1000)).round().tolist() for stroke in strokes]
                file.write(json.dumps({"label": label, "writer": writer, "strokes": turned}) + "\n")
        return tmp_path / name

    return write


@pytest.fixture
def archive_file(tmp_path: Path) -> Callable[..., Path]:
    """Write images as a ZIP archive with an index.csv; `image` of a row is the file's content."""

    def write(rows: list[dict[str, Any]], name: str = "scanned-digits.zip") -> Path:
        with ZipFile(tmp_path / name, "w") as archive:
            index = io.StringIO()
            table = csv.DictWriter(index, [key for key in rows[0] if key != "image"], extrasaction="ignore")
            table.writeheader()
            for row in rows:
                table.writerow(row)
                archive.writestr(row["file"], row["image"])
            archive.writestr("index.csv", index.getvalue())
        return tmp_path / name

    return write
