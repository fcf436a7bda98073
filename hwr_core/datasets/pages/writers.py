"""The digits, letters and marks of the writers of one part, to write pages with."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from hwr_core.datasets import mnist, strokes
from hwr_core.datasets.lines.digits import any_of
from hwr_core.datasets.samples import Part
from hwr_core.datasets.styles import with_habit
from hwr_core.datasets.unreadable import image_is_readable
from hwr_core.errors import InvalidValue
from hwr_core.images.strokes import draw, place
from hwr_core.images.types import Grey
from hwr_core.recognition.types import DIGITS

DIGITS_RECORDED = ("strokes-unipen.jsonl.gz", "strokes-pendigits.jsonl.gz", "strokes-chars74k-digits.jsonl.gz")
LETTERS_RECORDED = (
    "strokes-letters-upper.jsonl.gz",
    "strokes-letters-lower.jsonl.gz",
    "strokes-chars74k-letters.jsonl.gz",
)
MARKS_RECORDED = ("strokes-symbols.jsonl.gz",)

DRAWN = 0.8
"""Share of numbers that are drawn from recordings; the others are put together from MNIST's images."""

FINE = 2
"""Glyphs are drawn so many times as large as they are needed, and reduced."""


def has_writers(datasets: Path) -> bool:
    """Tell whether there are recordings to write with."""
    return any((datasets / name).is_file() for name in DIGITS_RECORDED)


@dataclass(frozen=True, slots=True)
class Writers:
    """Recordings of digits by label, of letters and of marks, and images of digits (28x28, ink bright) by label."""

    digits: dict[int, list[strokes.Recording]]
    letters: list[strokes.Recording]
    marks: list[strokes.Recording]
    images: dict[int, list[Grey]]

    @classmethod
    def of(cls, datasets: Path, part: Part) -> "Writers":
        """Load what the writers of a part wrote, of the data sets that are there.

        Raises:
            InvalidValue: a digit is written by none of them.
        """
        recorded = _recordings(datasets, DIGITS_RECORDED, part)
        images: dict[int, list[Grey]] = {digit: [] for digit in DIGITS}
        if (file := datasets / mnist.FILE).exists():
            pixels, labels = mnist.load_mnist(file, part)
            images = {digit: list(filter(image_is_readable, pixels[labels == digit])) for digit in DIGITS}
        digits = {digit: [each for each in recorded if each.label == digit] for digit in DIGITS}
        if missing := [digit for digit in DIGITS if not (digits[digit] or images[digit])]:
            raise InvalidValue(
                f"No {missing[0]} to write pages with is by a writer of the {part} part; more writers are needed."
            )
        return cls(
            digits,
            _recordings(datasets, LETTERS_RECORDED, part),
            _recordings(datasets, MARKS_RECORDED, part),
            images,
        )


def _recordings(datasets: Path, names: Sequence[str], part: Part) -> list[strokes.Recording]:
    files = [datasets / name for name in names]
    return [each for file in files if file.exists() for each in strokes.read_recordings(file, part)]


@dataclass(frozen=True, slots=True)
class Pen:
    """How somebody writes: the height of digits and the width of the pen in pixels, slant, and how even it all is."""

    height: float
    width: float
    slant: float
    unevenness: float
    drawn: bool

    @classmethod
    def any(cls, height: float, rng: np.random.Generator) -> "Pen":
        """Return somebody's pen for digits of this height."""
        width = max(1.1, height * float(np.exp(rng.uniform(np.log(0.05), np.log(0.17)))))
        return cls(
            height, width, float(rng.normal(0.1, 0.16)), float(rng.uniform(0.02, 0.14)), bool(rng.uniform() < DRAWN)
        )


def digit(writers: Writers, label: int, pen: Pen, rng: np.random.Generator) -> Grey:
    """Return somebody's digit, ink bright, cropped to it, about as high as the pen says."""
    height = pen.height * float(np.exp(np.clip(rng.normal(0.0, pen.unevenness), -0.5, 0.35)))
    if writers.digits[label] and (pen.drawn or not writers.images[label]):
        recording = any_of(writers.digits[label], rng)
        shape = with_habit(label, recording.strokes, rng)
        return glyph(shape, height, pen, rng)
    return _of_image(any_of(writers.images[label], rng), height)


def glyph(shape: Sequence[np.ndarray], height: float, pen: Pen, rng: np.random.Generator) -> Grey:
    """Return strokes drawn with a pen, ink bright, cropped to them: `height` pixels on their longer side."""
    side = int(FINE * (height + 2 * pen.width + 6))
    lean = np.array([[1.0, 0.0], [-pen.slant, 1.0]], np.float32)
    placed = place([stroke @ lean for stroke in shape], side=side, fill=FINE * height / side)
    wide = FINE * pen.width * float(rng.uniform(0.9, 1.1))
    ink = 255 - draw(placed, side=side, pen=wide)
    small = cv2.resize(ink, None, fx=1 / FINE, fy=1 / FINE, interpolation=cv2.INTER_AREA)
    return cropped(np.asarray(small, np.uint8))


def _of_image(image: Grey, height: float) -> Grey:
    ink = cropped(image)
    scale = height / max(ink.shape)
    size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
    return np.asarray(cv2.resize(ink, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC), np.uint8)


def cropped(ink: Grey) -> Grey:
    """Return ink cropped to its bounding box."""
    left, top, width, height = cv2.boundingRect(np.asarray(ink > 40, np.uint8))
    return ink[top : top + max(1, height), left : left + max(1, width)]
