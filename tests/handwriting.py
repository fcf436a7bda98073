"""Handwriting for tests: ten digits by hand, real pen strokes where the data sets are there, and pictures of them."""

import io
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from hwr_core.datasets.samples import Part
from hwr_core.datasets.strokes import read_recordings
from hwr_core.images.strokes import Strokes, draw, place
from hwr_core.records import Grey

DIGITS = (
    "53,4 31,14 20,48 28,84 50,96 71,82 78,45 68,14 53,4",
    "36,27 47,17 56,4 | 56,4 54,35 52,66 49,97",
    "22,27 32,10 52,4 71,13 73,32 56,60 20,94 | 20,94 48,92 80,95",
    "24,15 45,4 68,13 65,35 40,47 | 40,47 67,54 75,74 58,94 34,96 19,84",
    "38,5 29,32 19,60 | 19,60 47,58 83,55 / 65,30 62,64 57,98",
    "31,6 28,26 26,45 | 26,45 48,37 69,47 75,68 61,89 38,96 19,88 / 31,6 52,7 75,4",
    "66,4 44,20 28,46 23,73 36,93 59,93 72,76 61,59 41,60 25,76",
    "20,10 47,9 77,6 | 77,6 58,36 45,68 38,98",
    "70,19 53,5 33,12 32,30 51,46 70,64 71,85 50,96 30,85 31,66 50,48 66,35 70,19",
    "71,20 53,6 32,13 25,33 38,48 59,42 71,20 | 71,20 69,55 62,97",
)
"""The way of the pen, points x,y of 100 x 100 with y down: smooth between them, `|` is a corner, `/` the pen lifted."""

STEPS = 12
"""Points drawn from one point of the way to the next."""


def hand_made_strokes(digit: int) -> list[NDArray[np.float32]]:
    """Return a digit as a person writes it: one array (points x 2) of x, y in 0 to 1 for each stroke, y down."""
    strokes = DIGITS[digit].split(" / ")
    return [np.concatenate([_smooth(_points(run)) for run in stroke.split(" | ")]) for stroke in strokes]


def drawing(
    digit: int, *, side: int = 280, pen: float = 20, fill: float = 0.7, at: tuple[float, float] = (0.5, 0.5)
) -> Grey:
    """Return a hand-made digit drawn black on a white square canvas; arguments as in hwr_core.images.strokes."""
    return draw(place(hand_made_strokes(digit), side=side, fill=fill, at=at), side=side, pen=pen)


def number(text: str, *, side: int = 120, pen: float = 9, gap: int = 0) -> Grey:
    """Return a line of hand-made digits, black on white, each in a square; a negative gap pushes them together."""
    sheet = np.full((side, side + (len(text) - 1) * (side + gap)), 255, np.uint8)
    for column, digit in enumerate(text):
        left = column * (side + gap)
        window = sheet[:, left : left + side]
        window[:] = np.minimum(window, drawing(int(digit), side=side, pen=pen))
    return sheet


def png(picture: NDArray[np.uint8]) -> bytes:
    """Return a picture, grey or with three or four channels, as the bytes of a PNG file."""
    stream = io.BytesIO()
    Image.fromarray(picture).save(stream, "PNG")
    return stream.getvalue()


def recorded_strokes(datasets: Path, digit: int, count: int) -> list[Strokes]:
    """Return real pen strokes of a digit by writers that no model has learned from."""
    recordings = read_recordings(datasets / "strokes-pendigits.jsonl.gz", Part.TEST)
    return list(islice((recording.strokes for recording in recordings if recording.label == digit), count))


def _points(run: str) -> NDArray[np.float32]:
    percent = np.array([point.split(",") for point in run.split()], np.float32)
    return (percent / 100).astype(np.float32)


def _smooth(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Lay a Catmull-Rom curve through the points, round where it ends at its start."""
    closed = np.array_equal(points[0], points[-1])
    before, after = (points[-2], points[1]) if closed else (2 * points[0] - points[1], 2 * points[-1] - points[-2])
    p = np.vstack([before, points, after])
    p0, p1, p2, p3 = p[:-3], p[1:-2], p[2:-1], p[3:]
    t = np.arange(STEPS, dtype=np.float32)[:, None, None] / STEPS
    curve = p1 + t / 2 * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)))
    return np.vstack([curve.transpose(1, 0, 2).reshape(-1, 2), points[-1:]]).astype(np.float32)
