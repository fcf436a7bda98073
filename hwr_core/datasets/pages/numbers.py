"""Digits in a row, close or touching, or one to a cell; words; and the marks around them that are no digits."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from hwr_core.datasets.lines.digits import any_of
from hwr_core.datasets.pages.writers import Pen, Writers, digit, glyph
from hwr_core.images.types import Grey
from hwr_core.recognition.types import DIGITS

LINKED, SPACED, GROUPED, MARKED = 0.15, 0.12, 0.1, 0.3
"""Shares of numbers whose digits are joined by strokes, far apart, in groups of three, or with points, commas and
dashes."""

OF_HEIGHT, OF_GAP = 0.25, 0.65
"""Shares of its height and of the widest gap within it that a number keeps free on either side."""


@dataclass(frozen=True, slots=True)
class Written:
    """What somebody wrote: the ink of its digits and other ink, uint8 of one shape, and the box around the digits.

    `box`: left, top, right, bottom. `text` is empty for words.
    """

    digits: Grey
    others: Grey
    box: tuple[int, int, int, int]
    text: str

    @property
    def room(self) -> int:
        """Pixels on either side that are kept free of other numbers: else nobody could tell where this one ends."""
        written = np.flatnonzero(self.digits.any(axis=0))
        widest = int(np.diff(written).max(initial=1)) - 1
        return round(OF_HEIGHT * self.digits.shape[0] + OF_GAP * widest) if self.text else 0


def any_text(rng: np.random.Generator, most: int = 12) -> str:
    """Return the digits of a number; as in amounts, many end in zeros."""
    length = int(rng.integers(1, most + 1)) if rng.uniform() < 0.3 else int(rng.integers(1, min(8, most + 1)))
    text = "".join(str(each) for each in rng.choice(np.array(DIGITS), length))
    if length > 2 and rng.uniform() < 0.2:
        zeros = int(rng.integers(1, length))
        text = text[: length - zeros] + "0" * zeros
    return text


def number(writers: Writers, text: str, pen: Pen, rng: np.random.Generator, pitch: float | None = None) -> Written:
    """Write a number.

    Args:
        writers: whose digits.
        text: its digits.
        pen: how it is written.
        rng: decides sizes and places.
        pitch: pixels from one cell to the next where each digit stands in a cell; they stand freely otherwise.
    """
    height = pen.height
    glyphs = [digit(writers, int(each), pen, rng) for each in text]
    room = int(sum(each.shape[1] for each in glyphs) + height * (2.2 * len(text) + 3) + (pitch or 0) * len(text))
    ink, others = np.zeros((int(3 * height), room), np.uint8), np.zeros((int(3 * height), room), np.uint8)
    base = 2.0 * height
    gap = rng.uniform(0.4, 1.1) if rng.uniform() < SPACED else rng.uniform(-0.06, 0.32)
    spread, links, groups = rng.uniform(0.02, 0.1), rng.uniform() < LINKED, rng.uniform() < GROUPED
    marks = pitch is None and rng.uniform() < MARKED
    drift = rng.normal(0.0, 0.02)
    right = height
    for place, each in enumerate(glyphs):
        high, wide = each.shape
        if pitch is not None:
            right = height + place * pitch + (pitch - wide) * float(np.clip(rng.normal(0.5, 0.15), 0.0, 1.0))
        rise = drift * place + rng.normal(0.0, 0.05)
        top = int(np.clip(base - high + height * rise, 0, ink.shape[0] - high))
        left = int(max(0, right))
        window = ink[top : top + high, left : left + wide]
        np.maximum(window, each, out=window)
        if links and pitch is None and place and rng.uniform() < 0.5:
            start = right - height * rng.uniform(0.05, 0.35), base - height * rng.uniform(0.3, 0.9)
            end = left + wide * rng.uniform(0.1, 0.5), top + high * rng.uniform(0.05, 0.4)
            _line(ink, start, end, pen.width)
        right = left + wide
        if marks and rng.uniform() < 0.18:
            right = _mark(others, (right + height * rng.uniform(0.03, 0.2), base), pen, rng)
        right += height * rng.normal(gap, spread)
        if groups and (len(text) - 1 - place) % 3 == 0:
            right += height * rng.uniform(0.3, 0.5)
    if marks and rng.uniform() < 0.3:
        _mark(others, (right + height * 0.1, base), pen, rng)
    return _trimmed(ink, others, text)


def word(writers: Writers, pen: Pen, rng: np.random.Generator) -> Written:
    """Write some letters in a row: two to nine, often joined. A lone O, l or Z could not be told from a digit."""
    count = int(rng.integers(2, 10))
    height = pen.height
    canvas = np.zeros((int(3 * height), int(height * (1.6 * count + 3))), np.uint8)
    base, right = 2.0 * height, height
    gap, joined = rng.uniform(-0.1, 0.2), rng.uniform() < 0.4
    for place in range(count):
        size = height * rng.uniform(0.5, 0.8) if place else height * rng.uniform(0.6, 1.2)
        each = glyph(any_of(writers.letters, rng).strokes, size, pen, rng)
        high, wide = each.shape
        top = int(np.clip(base - high + height * rng.normal(0.0, 0.06), 0, canvas.shape[0] - high))
        left = int(right)
        window = canvas[top : top + high, left : left + wide]
        np.maximum(window, each[:, : window.shape[1]], out=window)
        if joined and place:
            start = right - height * rng.uniform(0.1, 0.3), base - height * rng.uniform(0.0, 0.3)
            _line(
                canvas, start, (left + wide * rng.uniform(0.1, 0.6), base - height * rng.uniform(0.1, 0.6)), pen.width
            )
        right = left + wide + height * rng.normal(gap, 0.05)
    return _trimmed(np.zeros_like(canvas), canvas, "")


def mark(writers: Writers, pen: Pen, rng: np.random.Generator) -> Written:
    """Write one symbol, or a bar, a tick, a scribble or something that was struck out."""
    kind = rng.choice(["symbol", "stroke", "scribble", "struck"])
    if kind == "symbol" and writers.marks:
        ink = glyph(any_of(writers.marks, rng).strokes, pen.height * rng.uniform(0.4, 1.0), pen, rng)
    elif kind == "stroke":
        ink = _drawn(_bar_or_tick(pen.height, rng), pen)
    else:
        ink = _drawn(_zigzag(pen.height * rng.uniform(0.8, 3.0), pen.height * rng.uniform(0.4, 1.0), rng), pen)
    padded = cv2.copyMakeBorder(ink, 2, 2, 2, 2, cv2.BORDER_CONSTANT, value=0)
    return _trimmed(np.zeros_like(padded), np.asarray(padded, np.uint8), "")


def _bar_or_tick(height: float, rng: np.random.Generator) -> np.ndarray:
    """A stroke that nobody takes for a 1: flat, or first down and then up."""
    length, slope = height * rng.uniform(0.4, 1.6), rng.normal(0.0, 0.15)
    if rng.uniform() < 0.5:
        return np.array([(0.0, 0.0), (length, slope * length)])
    return np.array([(0.0, 0.0), (0.25 * length, 0.3 * length), (length, -0.5 * length)])


def _zigzag(width: float, height: float, rng: np.random.Generator) -> np.ndarray:
    turns = int(rng.integers(6, 22))
    across = np.linspace(0.0, width, turns) + rng.normal(0.0, width / turns, turns)
    up = np.where(np.arange(turns) % 2, height, 0.0) + rng.normal(0.0, 0.15 * height, turns)
    return np.stack([across, up], axis=1)


def _drawn(points: np.ndarray, pen: Pen) -> Grey:
    margin = int(pen.width + 3)
    moved = points - points.min(axis=0) + margin
    size = moved.max(axis=0).astype(int) + margin + 1
    canvas = np.zeros((int(size[1]), int(size[0])), np.uint8)
    thick = max(1, round(pen.width))
    cv2.polylines(canvas, [np.round(moved * 16).astype(np.int32)], False, 255, thick, cv2.LINE_AA, 4)
    return canvas


def _mark(sheet: Grey, at: tuple[float, float], pen: Pen, rng: np.random.Generator) -> float:
    """Put a point, a comma or a dash at a place of a line and return where it ends."""
    left, base = at
    start = np.array([left, base + pen.height * rng.uniform(-0.06, 0.06)])
    kind = rng.choice(["dot", "comma", "dash"])
    if kind == "dash":
        length = pen.height * rng.uniform(0.25, 0.7)
        start[1] -= pen.height * rng.uniform(0.25, 0.6)
        _line(sheet, start, start + np.array([length, pen.height * rng.normal(0.0, 0.05)]), pen.width)
        return float(left + length)
    reach = (0.02, 0.02) if kind == "dot" else (-0.1 * rng.uniform(), 0.12 + 0.2 * rng.uniform())
    _line(sheet, start, start + pen.height * np.array(reach), pen.width * rng.uniform(0.9, 1.3))
    return float(left + pen.width)


def _line(sheet: Grey, start: Sequence[float] | np.ndarray, end: Sequence[float] | np.ndarray, width: float) -> None:
    ends = np.round(np.array([start, end], np.float64) * 16).astype(np.int32)
    cv2.polylines(sheet, [ends], False, 255, max(1, round(0.9 * width)), cv2.LINE_AA, 4)


def _trimmed(digits: Grey, others: Grey, text: str) -> Written:
    both = np.maximum(digits, others)
    left, top, width, height = cv2.boundingRect(np.asarray(both > 40, np.uint8))
    window = np.s_[top : top + max(1, height), left : left + max(1, width)]
    inside = digits if text else others
    x, y, wide, high = cv2.boundingRect(np.asarray(inside[window] > 40, np.uint8))
    return Written(digits[window], others[window], (x, y, x + wide, y + high), text)
