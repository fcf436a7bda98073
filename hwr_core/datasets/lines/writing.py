"""Glyphs -> a written line: close or touching, far apart as in cells, linked, with dots, commas and dashes on it."""

from collections.abc import Sequence

import cv2
import numpy as np

from hwr_core.datasets.lines.digits import DIGIT_HEIGHT, scaled
from hwr_core.images.types import Grey

LINKED, CELLS = 0.2, 0.12
"""Shares of lines whose digits are joined by strokes, and of those with a digit to a cell."""

HIGH, BASE = 2 * DIGIT_HEIGHT, int(1.4 * DIGIT_HEIGHT)
"""Rows of a sheet, and the row on which its digits stand."""

WIDEST_GAP = 1.2
"""Between digits in cells, in heights of a digit."""


def put_together(glyphs: Sequence[Grey], pen: float, rng: np.random.Generator) -> Grey:
    """Return glyphs (ink bright) on one line, close or touching, with dots, commas and dashes here and there.

    Args:
        glyphs: cropped to their bounding box, a digit about 64 pixels high.
        pen: width of the marks' strokes in pixels.
        rng: decides sizes and places.
    """
    in_cells = rng.uniform() < CELLS
    usual_gap = rng.uniform(0.2, WIDEST_GAP - 0.2) if in_cells else rng.uniform(-0.05, 0.3)
    spread = rng.uniform(0.02, 0.12)
    marks, size = not in_cells and rng.uniform() < 0.5, rng.uniform(0.0, 0.15)
    links = not in_cells and rng.uniform() < LINKED
    room = round(1.6 * sum(glyph.shape[1] for glyph in glyphs)) + 2 * DIGIT_HEIGHT * (len(glyphs) + 2)
    sheet = np.zeros((HIGH, room), np.uint8)
    right = float(DIGIT_HEIGHT)
    for number, glyph in enumerate(glyphs):
        digit = scaled(glyph, float(np.exp(np.clip(rng.normal(0.0, 0.02 + size), -0.7, 0.4))))
        height, width = digit.shape
        top = int(np.clip(BASE - height + DIGIT_HEIGHT * rng.normal(0.0, 0.06), 0, HIGH - height))
        left = int(right)
        window = sheet[top : top + height, left : left + width]
        np.maximum(window, digit[:, : window.shape[1]], out=window)
        if links and number and rng.uniform() < 0.6:
            _link(sheet, right, (left, top, width, height), pen, rng)
        right = left + width
        last = number == len(glyphs) - 1
        if marks and rng.uniform() < (0.6 if last else 0.15):
            right = _mark(sheet, (right + DIGIT_HEIGHT * rng.uniform(0.05, 0.2), BASE), pen, rng, last=last)
        right += DIGIT_HEIGHT * rng.normal(usual_gap, spread)
    return sheet[:, : int(min(sheet.shape[1], right + DIGIT_HEIGHT))]


def point(at: np.ndarray | tuple[float, float]) -> tuple[int, int]:
    """Return a place as OpenCV takes it."""
    return round(float(at[0])), round(float(at[1]))


def _link(sheet: Grey, right: float, box: tuple[int, int, int, int], pen: float, rng: np.random.Generator) -> None:
    """Join a digit to the one before, which ends about there."""
    left, top, width, height = box
    start = right - DIGIT_HEIGHT * rng.uniform(0.1, 0.3), BASE - DIGIT_HEIGHT * rng.uniform(0.3, 0.8)
    end = left + width * rng.uniform(0.1, 0.5), top + height * rng.uniform(0.05, 0.4)
    cv2.line(sheet, point(start), point(end), 255, max(2, round(0.8 * pen)), cv2.LINE_AA)


def _mark(sheet: Grey, at: tuple[float, int], pen: float, rng: np.random.Generator, *, last: bool) -> float:
    """Put a dot, a comma or a dash at a place of a line and return where it ends."""
    width = max(2, round(pen))
    left, base = at
    start = np.array([left, base + DIGIT_HEIGHT * rng.uniform(-0.08, 0.08)])
    kind = rng.choice(["dot", "comma", "dash", "dashes"] if last else ["dot", "comma", "dash"])
    if kind == "dot":
        cv2.circle(sheet, point(start), max(1, round(width * rng.uniform(0.5, 0.9))), 255, -1, cv2.LINE_AA)
        return left + width
    if kind == "comma":
        end = start + DIGIT_HEIGHT * np.array([rng.uniform(-0.15, 0.0), rng.uniform(0.12, 0.35)])
        cv2.line(sheet, point(start), point(end), 255, width, cv2.LINE_AA)
        return left + width
    length = DIGIT_HEIGHT * rng.uniform(0.25, 1.2 if last else 0.5)
    for rise in (0.35, 0.55) if kind == "dashes" else (rng.uniform(0.2, 0.7),):
        start = np.array([left, base - DIGIT_HEIGHT * rise])
        end = start + np.array([length, DIGIT_HEIGHT * rng.normal(0.0, 0.06)])
        cv2.line(sheet, point(start), point(end), 255, width, cv2.LINE_AA)
    return left + length
