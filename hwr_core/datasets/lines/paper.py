"""What surrounds a written line and is not to be read: rests of printed lines, carry marks, neighbours cut off."""

from collections.abc import Sequence

import cv2
import numpy as np

from hwr_core.datasets.lines.digits import DIGIT_HEIGHT, scaled
from hwr_core.datasets.lines.writing import BASE, point
from hwr_core.images.types import Grey

PRINTED, CARRIED, CUT_OFF, LINED, PENCIL = 0.15, 0.05, 0.10, 0.05, 0.12
"""Shares of lines: above a printed line; below carry marks; with neighbours cut off at their ends, above or below; with
a rest of a line drawn under or over them; written in pencil. Sides of cells are left to made pages: where a strip shows
ink alone, nothing tells them from a 1, and lines with them taught to leave out every twentieth 1."""

RUN = 12
"""Pixels of a printed line that are there or not."""

LOWEST_CARRIED, HIGHEST_CARRIED = 0.2, 0.36
"""Heights of carry marks, in those of a digit: higher ones would be a line of their own."""

Sheet = Grey
"""A line as `put_together` makes it: ink bright, digits between rows 26 and 89 of 128, columns 64 free at both ends."""


def with_surroundings(sheet: Sheet, others: Sequence[Grey], pen: float, rng: np.random.Generator) -> Grey:
    """Return a line with what happens to be around it.

    Args:
        sheet: of `put_together`.
        others: glyphs of the same hand that do not belong to the number: at least one.
        pen: width of the pen in pixels.
        rng: decides what is there.
    """
    sheet = sheet.copy()
    if rng.uniform() < CARRIED:
        _carry(sheet, others, rng)
    if rng.uniform() < LINED:
        _draw_line(sheet, pen, rng)
    if rng.uniform() < PENCIL:
        sheet = _in_pencil(sheet, rng)
    if rng.uniform() < PRINTED:
        _print_lines(sheet, rng)
    return _cut_off(sheet, others, rng) if rng.uniform() < CUT_OFF else sheet


def _carry(sheet: Sheet, others: Sequence[Grey], rng: np.random.Generator) -> None:
    """Put one to three small digits above the line, as in sums."""
    for glyph in others[: int(rng.integers(1, 4))]:
        small = scaled(glyph, rng.uniform(LOWEST_CARRIED, HIGHEST_CARRIED))
        height, width = small.shape
        top = int(rng.integers(0, max(1, BASE - DIGIT_HEIGHT - height)))
        left = int(rng.integers(DIGIT_HEIGHT, max(DIGIT_HEIGHT + 1, sheet.shape[1] - DIGIT_HEIGHT - width)))
        window = sheet[top : top + height, left : left + width]
        np.maximum(window, small[: window.shape[0], : window.shape[1]], out=window)


def _draw_line(sheet: Sheet, pen: float, rng: np.random.Generator) -> None:
    """Draw what is left of a line under or over the digits by hand."""
    row = BASE + DIGIT_HEIGHT * (rng.uniform(0.1, 0.35) if rng.uniform() < 0.7 else -rng.uniform(1.1, 1.3))
    left, right = np.sort(rng.uniform(0, sheet.shape[1], 2))
    start, end = (left, row), (right, row + DIGIT_HEIGHT * rng.normal(0.0, 0.05))
    cv2.line(sheet, point(start), point(end), 255, max(2, round(0.8 * pen)), cv2.LINE_AA)


def _in_pencil(sheet: Sheet, rng: np.random.Generator) -> Grey:
    """Make the writing faint and grainy."""
    rough = rng.uniform(size=(sheet.shape[0] // 2 + 1, sheet.shape[1] // 2 + 1)).astype(np.float32)
    grain = cv2.resize(rough, (sheet.shape[1], sheet.shape[0]), interpolation=cv2.INTER_LINEAR)
    strength, depth = rng.uniform(0.3, 0.75), rng.uniform(0.2, 1.0)
    return np.asarray(sheet * (strength * (1.0 - depth * grain)), np.uint8)


def _print_lines(sheet: Sheet, rng: np.random.Generator) -> None:
    """Put what is left of printed lines under the digits or through them, broken and of any strength."""
    row = BASE + int(DIGIT_HEIGHT * rng.uniform(0.0, 0.3))
    apart = int(DIGIT_HEIGHT * rng.uniform(0.4, 1.3))
    for at in (row, *((row - apart,) if rng.uniform() < 0.3 else ())):
        line = sheet[at : at + int(rng.integers(1, 4))]
        runs = np.repeat(rng.uniform(size=1 + sheet.shape[1] // RUN) < rng.uniform(0.3, 1.0), RUN)[: sheet.shape[1]]
        np.maximum(line, (runs * rng.uniform(60, 255)).astype(np.uint8), out=line)


def _cut_off(sheet: Sheet, others: Sequence[Grey], rng: np.random.Generator) -> Grey:
    """Cut the sheet out of a fuller page: pieces of other characters are left at its sides, or above and below."""
    for side in (_at_the_left, _at_the_right, _above, _below):
        if rng.uniform() < 0.4:
            glyph = others[int(rng.integers(len(others)))]
            sheet = side(sheet, glyph, rng)
    return sheet


def _at_the_left(sheet: Grey, glyph: Grey, rng: np.random.Generator) -> Grey:
    return np.ascontiguousarray(_at_the_right(np.ascontiguousarray(sheet[:, ::-1]), glyph[:, ::-1], rng)[:, ::-1])


def _at_the_right(sheet: Grey, glyph: Grey, rng: np.random.Generator) -> Grey:
    height, width = glyph.shape
    left = min(width, round(min(0.4 * width, 0.3 * DIGIT_HEIGHT) * rng.uniform(0.3, 1.0)))
    if left < 3:
        return sheet
    wide = sheet[:, : sheet.shape[1] - int(DIGIT_HEIGHT * rng.uniform(0.0, 0.7))].copy()
    top = int(np.clip(BASE - height + DIGIT_HEIGHT * rng.normal(0.0, 0.1), 0, sheet.shape[0] - height))
    window = wide[top : top + height, wide.shape[1] - left :]
    np.maximum(window, glyph[:, :left], out=window)
    return wide


def _above(sheet: Grey, glyph: Grey, rng: np.random.Generator) -> Grey:
    return np.ascontiguousarray(_below(np.ascontiguousarray(sheet[::-1]), glyph[::-1], rng)[::-1])


def _below(sheet: Grey, glyph: Grey, rng: np.random.Generator) -> Grey:
    high, width = round(DIGIT_HEIGHT * rng.uniform(0.05, 0.25)), glyph.shape[1]
    low = sheet.copy()
    left = int(rng.integers(0, max(1, sheet.shape[1] - width)))
    window = low[-high:, left : left + width]
    np.maximum(window, glyph[:high, : window.shape[1]], out=window)
    return low
