"""Handwriting for tests: ten digits by hand, real pen strokes where the data sets are there, and images of them."""

import gzip
import io
import json
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hwr_core.datasets import handmade
from hwr_core.datasets.samples import Part
from hwr_core.datasets.strokes import read_recordings
from hwr_core.images.strokes import Strokes, draw, place
from hwr_core.images.types import Grey

hand_made_strokes = handmade.hand_made_strokes
drawing = handmade.hand_made
"""A hand-made digit drawn black on a white square canvas, always the same unless a generator is given."""


SYMBOLS = {
    ("arabic", 1): "50,10 52,90",
    ("arabic", 6): "20,12 62,18 70,30 68,92",
    ("arabic", 7): "18,12 48,90 82,12",
    ("arabic", 8): "35,90 50,10 65,90",
    ("chinese", 1): "8,52 92,48",
    ("chinese", 2): "25,28 75,25 / 8,76 92,73",
    ("chinese", 3): "22,15 78,13 / 28,48 74,46 / 8,86 92,84",
    ("chinese", 10): "8,48 92,46 / 50,6 50,94",
}
"""Symbols of other scripts: for each stroke its points, in hundredths of a square."""


def symbol(script: str, value: int, *, side: int = 280, pen: float = 20, fill: float = 0.7) -> Grey:
    """Return a symbol of another script drawn black on a white square canvas."""
    strokes = [
        np.array([point.split(",") for point in stroke.split()], np.float32) / np.float32(100)
        for stroke in SYMBOLS[script, value].split(" / ")
    ]
    return draw(place(strokes, side=side, fill=fill), side=side, pen=pen)


def number(text: str, *, side: int = 120, pen: float = 9, gap: int = 0) -> Grey:
    """Return a line of hand-made digits, black on white, each in a square; a negative gap pushes them together."""
    sheet = np.full((side, side + (len(text) - 1) * (side + gap)), 255, np.uint8)
    for column, digit in enumerate(text):
        left = column * (side + gap)
        window = sheet[:, left : left + side]
        window[:] = np.minimum(window, drawing(int(digit), side=side, pen=pen))
    return sheet


def png(image: NDArray[np.uint8]) -> bytes:
    """Return an image, grey or with three or four channels, as the bytes of a PNG file."""
    stream = io.BytesIO()
    Image.fromarray(image).save(stream, "PNG")
    return stream.getvalue()


def write_recordings(datasets: Path) -> None:
    """Write a file of recordings: hand-made digits by so many writers that some are of each part."""
    datasets.mkdir(exist_ok=True)
    with gzip.open(datasets / "strokes-unipen.jsonl.gz", "wt", encoding="utf-8") as file:
        for writer in range(12):
            for digit in range(10):
                strokes = [(stroke * 1000).round().tolist() for stroke in hand_made_strokes(digit)]
                file.write(json.dumps({"label": digit, "writer": f"w{writer}", "strokes": strokes}) + "\n")


def recorded_strokes(datasets: Path, digit: int, count: int) -> list[Strokes]:
    """Return real pen strokes of a digit by writers that no model has learned from."""
    recordings = read_recordings(datasets / "strokes-pendigits.jsonl.gz", Part.TEST)
    return list(islice((recording.strokes for recording in recordings if recording.label == digit), count))
