"""A printed field with a number in it: one digit to a cell, between the teeth of a comb, on a line, or in a box."""

from dataclasses import dataclass

import numpy as np

from hwr_core.datasets.pages import stationery
from hwr_core.datasets.pages.numbers import Written, any_text, number
from hwr_core.datasets.pages.sheet import Sheet
from hwr_core.datasets.pages.writers import Pen, Writers

CELLS, FREE = ("joined", "comb", "boxes"), ("line", "box", "dots")
"""Fields with a cell for each digit, and those in which digits stand freely."""

LONGEST = 10
"""Digits in a field."""


def field(  # noqa: PLR0913, PLR0917
    sheet: Sheet,
    writers: Writers,
    pen: Pen,
    at: tuple[float, float],
    strength: float,
    rng: np.random.Generator,
    kind: str | None = None,
) -> float:
    """Print a field, of any kind unless one is named, and write a number into it; return where it ends.

    Args:
        sheet: is printed on.
        writers: whose digits.
        pen: how they are written.
        at: where the digits begin: left and upper edge.
        strength: how dark ink is, 0 to 1.
        rng: decides sizes and places.
        kind: one of CELLS and FREE.
    """
    thick, tone = max(1.0, pen.height * rng.uniform(0.02, 0.14)), float(rng.uniform(0.2, 0.97))
    kind = kind or str(rng.choice([*CELLS, *FREE]))
    printed = _Printed(sheet, writers, pen, at, strength, rng, kind, thick, tone)
    return printed.in_cells() if kind in CELLS else printed.free()


@dataclass(frozen=True, slots=True)
class _Printed:
    """A field on a sheet, with what it is printed and written with: lines so thick and so dark, ink so strong."""

    sheet: Sheet
    writers: Writers
    pen: Pen
    at: tuple[float, float]
    strength: float
    rng: np.random.Generator
    kind: str
    thick: float
    tone: float

    def free(self) -> float:
        """Write a number into a field where digits stand freely; return where it ends."""
        height, (x, y) = self.pen.height, self.at
        one = number(self.writers, any_text(self.rng, LONGEST), self.pen, self.rng)
        wide = one.digits.shape[1] + height * self.rng.uniform(0.3, 2.0)
        top, tall = y - height * self.rng.uniform(0.1, 0.4), height * self.rng.uniform(1.35, 1.9)
        bottom = y + height * self.rng.uniform(0.95, 1.2)
        if self.kind == "box":
            stationery.box(self.sheet, x, top, wide, tall, self.thick, self.tone)
        elif self.kind == "line":
            stationery.line(self.sheet, (x, bottom), (x + wide, bottom), self.thick, self.tone)
        else:
            for dot in np.arange(x, x + wide, max(3.0, 0.25 * height)):
                stationery.line(self.sheet, (dot, bottom), (dot + 1, bottom), self.thick, self.tone)
        put(self.sheet, one, x + height * self.rng.uniform(0.1, 0.3), y, self.strength, self.rng, divided=True)
        return float(x + wide)

    def in_cells(self) -> float:
        """Write a number into a field with a cell for each digit; return where it ends."""
        height, (x, y) = self.pen.height, self.at
        text = any_text(self.rng, LONGEST)
        top, tall = y - height * self.rng.uniform(0.1, 0.4), height * self.rng.uniform(1.35, 1.9)
        pitch, cells = (
            height * self.rng.uniform(0.95, 1.7),
            len(text) + int(self.rng.integers(0, 3)) * int(self.rng.uniform() < 0.5),
        )
        gap = pitch * self.rng.uniform(0.1, 0.35) if self.kind == "boxes" else 0.0
        for cell in range(cells):
            left = x + cell * (pitch + gap)
            if self.kind == "comb":
                up = tall * 0.4
                stationery.line(self.sheet, (left, top + tall), (left + pitch, top + tall), self.thick, self.tone)
                for side in (left, left + pitch):
                    stationery.line(self.sheet, (side, top + tall - up), (side, top + tall), self.thick, self.tone)
            else:
                stationery.box(self.sheet, left, top, pitch, tall, self.thick, self.tone)
        first = int(self.rng.integers(0, cells - len(text) + 1))
        one = number(self.writers, text, self.pen, self.rng, pitch=pitch + gap)
        # `number` starts at the first digit's ink: it stands a little within its cell.
        within = max(0.0, pitch - 0.65 * height) * self.rng.uniform(0.2, 0.8)
        put(self.sheet, one, x + first * (pitch + gap) + within, y, self.strength, self.rng, divided=True)
        return float(x + cells * (pitch + gap))


def put(  # noqa: PLR0913, PLR0917
    sheet: Sheet,
    one: Written,
    x: float,
    y: float,
    strength: float,
    rng: np.random.Generator,
    *,
    divided: bool = False,
) -> float:
    """Write something at a place, unless something is there or it would not fit; return where it ends.

    `divided`: lines tell where a number ends, so that another may stand close to it.
    """
    high, wide = one.digits.shape
    left, top = int(x), int(y)
    width, height = sheet.size
    fits = left >= 0 and left + wide <= width and top >= 0 and top + high <= height
    room = 0 if divided else one.room
    if fits and sheet.is_free(left - room, top, wide + 2 * room, high):
        sheet.write(one, left, top, strength * float(rng.uniform(0.9, 1.0)), room)
    return float(x + wide)
