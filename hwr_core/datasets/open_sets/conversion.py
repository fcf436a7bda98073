"""What makers publish -> the files that hwr reads, and a hash of what is in these, however it is compressed."""

import gzip
import json
import re
from collections.abc import Callable, Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
import unlzw3

from hwr_core.datasets.mnist import FILE as MNIST
from hwr_core.errors import InvalidValue

PENDIGITS = "strokes-pendigits.jsonl.gz"
PENDIGITS_MEMBER = "pendigits-orig.tra.Z"
"""The training part, its pen strokes as they were recorded: by 30 of the 44 writers."""

LABEL = re.compile(r'\.SEGMENT\s+DIGIT\s+\S+\s+\S+\s+"(\d)"')
WRITER = re.compile(r"\.COMMENT\s+\d+\s+(\d+)\s+\d+$")
POINT = re.compile(r"(-?\d+)\s+(-?\d+)$")


def convert_mnist(public: Path, file: Path) -> None:
    """Write Keras's file of MNIST, compressed."""
    with np.load(public, allow_pickle=False) as archive, file.open("wb") as stream:
        np.savez_compressed(stream, **{name: archive[name] for name in archive.files})


def convert_pendigits(public: Path, file: Path) -> None:
    """Write the pen strokes of UCI's archive, which are in UNIPEN's format, as a line of JSON for each digit."""
    with ZipFile(public) as archive:
        text = unlzw3.unlzw(archive.read(PENDIGITS_MEMBER)).decode("ascii")
    with gzip.open(file, "wt", encoding="utf-8", newline="\n") as stream:
        for recording in unipen_recordings(text):
            stream.write(json.dumps(recording, separators=(",", ":")) + "\n")


def unipen_recordings(text: str) -> Iterator[dict[str, Any]]:
    """Yield label, writer and strokes of each digit of a text in UNIPEN's format. Raises InvalidValue."""
    for segment in re.split(r"(?=^\s*\.SEGMENT\s)", text, flags=re.MULTILINE)[1:]:
        label, writer, strokes = None, None, list[list[list[int]]]()
        for line in map(str.strip, segment.splitlines()):
            if found := LABEL.match(line):
                label = int(found[1])
            elif found := WRITER.match(line):
                writer = int(found[1])
            elif line == ".PEN_DOWN":
                strokes.append([])
            elif (found := POINT.match(line)) and strokes:
                strokes[-1].append([int(found[1]), int(found[2])])
        if label is None or writer is None or not strokes:
            raise InvalidValue("A digit in the file of pen strokes has no label, no writer or no strokes.")
        yield {"label": label, "writer": writer, "strokes": strokes}


CONVERSIONS: Mapping[str, Callable[[Path, Path], None]] = {MNIST: convert_mnist, PENDIGITS: convert_pendigits}
"""By the name of the file that comes out."""


def content_of(file: Path) -> str:
    """Return the SHA-256, in hex, of what is in an npz or a gzip file; compressing it anew does not change it.

    Raises: what numpy and gzip raise for a file that is neither.
    """
    if file.suffix == ".gz":
        with gzip.open(file) as packed:
            return sha256(packed.read()).hexdigest()
    content = sha256()
    with np.load(file, allow_pickle=False) as archive:
        for name in sorted(archive.files):
            array = archive[name]
            content.update(f"{name} {array.dtype.str} {array.shape}".encode())
            content.update(np.ascontiguousarray(array).data)
    return content.hexdigest()
