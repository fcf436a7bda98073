"""What stands where on a sheet: notes, lists, tables, forms, a single number, or no number at all."""

from collections.abc import Callable

import cv2
import numpy as np

from hwr_core.datasets.pages import stationery
from hwr_core.datasets.pages.fields import field, put
from hwr_core.datasets.pages.numbers import Written, any_text, mark, number, word
from hwr_core.datasets.pages.sheet import Sheet
from hwr_core.datasets.pages.writers import Pen, Writers

Layout = Callable[[Sheet, Writers, float, np.random.Generator], None]
"""Fills a sheet; the number is the height of digits in pixels."""


def _strength(rng: np.random.Generator) -> float:
    """How dark ink is: pencil to marker."""
    return float(rng.uniform(0.35, 0.97))


def _paper(sheet: Sheet, height: float, rng: np.random.Generator) -> float | None:
    """Rule the sheet, square it, print a pattern on it, or leave it as it is.

    Returns the side of its squares where each is to hold one digit, as pupils write.
    """
    kind = rng.uniform()
    if kind < 0.25:
        stationery.rule(sheet, height * rng.uniform(1.0, 2.4), rng, squared=False)
    elif kind < 0.45:
        side = height * float(rng.uniform(0.45, 1.6))
        stationery.rule(sheet, side, rng, squared=True)
        return side if side > 0.8 * height and rng.uniform() < 0.6 else None
    elif kind < 0.53:
        stationery.pattern(sheet, rng)
    return None


def notes(sheet: Sheet, writers: Writers, height: float, rng: np.random.Generator) -> None:
    """Numbers, words and marks in rows, as one jots them down."""
    pitch = _paper(sheet, height, rng)
    width, high = sheet.size
    pen, strength = Pen.any(height, rng), _strength(rng)
    share, pace = rng.uniform(0.4, 1.0), rng.uniform(1.3, 3.0)
    y = rng.uniform(0.1, 1.5) * height
    while y + height < high:
        x = rng.uniform(0.1, 3.0) * height
        while x < width - height:
            one = _something(writers, pen, rng, share, pitch=pitch)
            end = put(sheet, one, x, y, strength, rng)
            _decorate(sheet, one, x, y, pen, strength, rng)
            x = end + height * rng.uniform(1.0, 5.0)
            if rng.uniform() < 0.3:
                break
        y += height * (pace + rng.uniform(0.0, 0.4))
        if rng.uniform() < 0.1:
            y += height * rng.uniform(0.5, 3.0)


def dense(sheet: Sheet, writers: Writers, height: float, rng: np.random.Generator) -> None:
    """Rows close to each other, filled from end to end."""
    _paper(sheet, height, rng)
    width, high = sheet.size
    pen, strength, pace = Pen.any(height, rng), _strength(rng), rng.uniform(1.25, 1.7)
    y = rng.uniform(0.1, 1.0) * height
    whole = rng.uniform() < 0.4
    while y + height < high:
        x = rng.uniform(0.2, 1.0) * height
        while x < width - 2 * height:
            length = int((width - x) / height) if whole else int(rng.integers(1, 9))
            text = "".join(str(each) for each in rng.integers(0, 10, max(1, min(length, 30))))
            x = put(sheet, number(writers, text, pen, rng), x, y, strength, rng) + height * rng.uniform(1.2, 2.5)
        y += height * pace


def register(sheet: Sheet, writers: Writers, height: float, rng: np.random.Generator) -> None:
    """Numbers under each other, right aligned or in columns, with a line above a sum."""
    _paper(sheet, height, rng)
    width, high = sheet.size
    pen, strength = Pen.any(height, rng), _strength(rng)
    column = height * rng.uniform(4.0, 9.0)
    pace, letters = rng.uniform(1.2, 2.2), rng.uniform() < 0.4 and bool(writers.letters)
    right = rng.uniform(2.5, 5.0) * height
    while right < width:
        y = rng.uniform(0.1, 2.0) * height
        while y + height < high:
            if rng.uniform() < 0.1:
                thick = max(1.0, pen.width * rng.uniform(0.5, 1.0))
                stationery.line(sheet, (right - column * 0.6, y), (right + height * 0.2, y), thick, strength)
                y += 0.3 * height
            one = (
                word(writers, pen, rng)
                if letters and rng.uniform() < 0.4
                else number(writers, any_text(rng, max(2, int(column / height))), pen, rng)
            )
            if rng.uniform() < 0.93:
                put(sheet, one, right - one.digits.shape[1], y, strength, rng)
            y += height * (pace + rng.uniform(0.0, 0.15))
        right += column


def table(sheet: Sheet, writers: Writers, height: float, rng: np.random.Generator) -> None:
    """A printed table with a number, a word or nothing in each cell."""
    width, high = sheet.size
    pen, strength = Pen.any(height, rng), _strength(rng)
    thick, tone = max(1.0, height * rng.uniform(0.02, 0.12)), rng.uniform(0.25, 0.95)
    row, column = height * rng.uniform(1.25, 2.4), height * rng.uniform(2.0, 7.0)
    x0, y0 = rng.uniform(0.2, 2.0) * height, rng.uniform(0.2, 2.0) * height
    columns, rows = max(1, int((width - x0) / column)), max(1, int((high - y0) / row))
    across, down = rng.uniform() < 0.9, rng.uniform() < 0.85
    for place in range(rows + 1):
        if across:
            stationery.line(sheet, (x0, y0 + place * row), (x0 + columns * column, y0 + place * row), thick, tone)
    for place in range(columns + 1):
        if down:
            stationery.line(sheet, (x0 + place * column, y0), (x0 + place * column, y0 + rows * row), thick, tone)
    prints = rng.uniform() < 0.5
    for place in range(rows * columns):
        x, y = x0 + place % columns * column, y0 + place // columns * row
        if prints and (place < columns or place % columns == 0):
            cover = stationery.printed(height * rng.uniform(0.35, 0.7), rng, words=1)
            sheet.darken(
                cover[:, : int(column)], int(x + 0.15 * height), int(y + 0.3 * row), float(rng.uniform(0.4, 0.95))
            )
        elif rng.uniform() < 0.8:
            one = _something(writers, pen, rng, 0.9, most=max(1, int(column / height)))
            free = column - one.digits.shape[1]
            put(
                sheet,
                one,
                x + max(0.0, free) * rng.uniform(0.05, 0.95),
                y + (row - height) * rng.uniform(-0.1, 1.0),
                strength,
                rng,
                divided=down,
            )


def form(sheet: Sheet, writers: Writers, height: float, rng: np.random.Generator) -> None:
    """Printed fields, each with a number: one digit to a cell, on a line, or in a box."""
    width, high = sheet.size
    if rng.uniform() < 0.3:
        _paper(sheet, height, rng)
    pen, strength = Pen.any(height, rng), _strength(rng)
    y = rng.uniform(0.2, 2.0) * height
    while y + 1.2 * height < high:
        x = rng.uniform(0.2, 2.0) * height
        while x < width - 2 * height:
            if rng.uniform() < 0.5:
                cover = stationery.printed(height * rng.uniform(0.3, 0.7), rng, words=int(rng.integers(1, 4)))
                sheet.darken(cover, int(x), int(y + height * rng.uniform(0.2, 0.5)), float(rng.uniform(0.4, 0.95)))
                x += cover.shape[1] + height * rng.uniform(0.2, 1.0)
            x = field(sheet, writers, pen, (x, y), strength, rng) + height * rng.uniform(1.2, 4.0)
        y += height * rng.uniform(1.8, 3.2)


def single(sheet: Sheet, writers: Writers, height: float, rng: np.random.Generator) -> None:
    """One number that takes most of the sheet's width, as on the amount's field of a cheque, with marks around it."""
    pitch = None
    if rng.uniform() < 0.35:
        stationery.pattern(sheet, rng)
    else:
        pitch = _paper(sheet, height, rng)
    width, high = sheet.size
    pen, strength = Pen.any(height, rng), _strength(rng)
    text = any_text(rng, max(2, int(width / height)))
    one = number(writers, text, pen, rng, pitch)
    x = max(0.05 * height, (width - one.digits.shape[1]) * rng.uniform(0.1, 0.9))
    y = max(0.0, (high - one.digits.shape[0]) * rng.uniform(0.1, 0.9))
    if rng.uniform() < 0.3:
        frame = (
            x - height * 0.4,
            y - height * 0.3,
            one.digits.shape[1] + height * 0.8,
            one.digits.shape[0] + height * 0.6,
        )
        stationery.box(sheet, *frame, max(1.0, height * 0.05), float(rng.uniform(0.2, 0.9)))
    end = put(sheet, one, x, y, strength, rng)
    _decorate(sheet, one, x, y, pen, strength, rng)
    for side in (x - height * rng.uniform(0.8, 1.6), end + height * rng.uniform(0.2, 0.8)):
        if rng.uniform() < 0.35:
            put(sheet, mark(writers, pen, rng), side, y + rng.uniform(-0.2, 0.4) * height, strength, rng)
    if rng.uniform() < 0.3:
        cover = stationery.printed(height * rng.uniform(0.2, 0.6), rng, words=int(rng.integers(1, 6)))
        sheet.darken(cover, int(x), int(rng.choice([y - 0.9 * height, y + 1.3 * height])), float(rng.uniform(0.3, 0.9)))


def numberless(sheet: Sheet, writers: Writers, height: float, rng: np.random.Generator) -> None:
    """Print, letters, a drawing, an empty form: nothing to read."""
    _paper(sheet, height, rng)
    width, high = sheet.size
    pen, strength, prints = Pen.any(height, rng), _strength(rng), rng.uniform()
    y = rng.uniform(0.1, 2.0) * height
    while y + height < high and rng.uniform() < 0.97:
        if prints < 0.5:
            cover = stationery.printed(height * rng.uniform(0.3, 0.9), rng, words=int(rng.integers(1, 10)))
            sheet.darken(cover, int(rng.uniform(0.1, 3.0) * height), int(y), float(rng.uniform(0.4, 0.95)))
        else:
            x = rng.uniform(0.1, 3.0) * height
            while x < width and rng.uniform() < 0.9:
                x = put(sheet, _something(writers, pen, rng, 0.0), x, y, strength, rng) + height * rng.uniform(0.4, 2.0)
        y += height * rng.uniform(1.3, 2.5)


def _something(  # noqa: PLR0913
    writers: Writers,
    pen: Pen,
    rng: np.random.Generator,
    share: float,
    *,
    most: int = 12,
    pitch: float | None = None,
) -> Written:
    """A number for a share of times, else a word or a mark."""
    if rng.uniform() < share:
        return number(writers, any_text(rng, most), pen, rng, pitch)
    return word(writers, pen, rng) if rng.uniform() < 0.65 and writers.letters else mark(writers, pen, rng)


def _decorate(  # noqa: PLR0913, PLR0917
    sheet: Sheet, one: Written, x: float, y: float, pen: Pen, strength: float, rng: np.random.Generator
) -> None:
    """Underline a number, circle it, or leave it as it is."""
    high, wide = one.digits.shape
    chance = rng.uniform()
    if chance < 0.08:
        for rise in (1.12, 1.3)[: int(rng.integers(1, 3))]:
            start = x - pen.height * rng.uniform(-0.2, 0.3), y + high * (rise + rng.normal(0.0, 0.04))
            end = x + wide + pen.height * rng.uniform(-0.2, 0.3), start[1] + high * rng.normal(0.0, 0.06)
            stationery.line(sheet, start, end, pen.width, strength)
    elif chance < 0.13:
        reach = int(wide * 0.62 + 0.3 * pen.height), int(high * 0.75 + 0.2 * pen.height)
        cover = np.zeros((2 * reach[1] + 8, 2 * reach[0] + 8), np.uint8)
        middle = reach[0] + 4, reach[1] + 4
        cv2.ellipse(
            cover,
            middle,
            reach,
            rng.normal(0.0, 4.0),
            rng.uniform(0, 40),
            rng.uniform(330, 390),
            255,
            max(1, round(pen.width)),
            cv2.LINE_AA,
        )
        sheet.darken(cover, int(x + wide / 2 - middle[0]), int(y + high / 2 - middle[1]), strength)


LAYOUTS: dict[str, tuple[Layout, float]] = {
    "notes": (notes, 0.24),
    "dense": (dense, 0.08),
    "register": (register, 0.12),
    "table": (table, 0.12),
    "form": (form, 0.2),
    "single": (single, 0.18),
    "numberless": (numberless, 0.06),
}
"""By name, with the share of pages that are so."""
