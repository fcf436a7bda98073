"""Pages and single fields as people photograph or scan them: large enough to be read, to measure how many are."""

from collections.abc import Callable, Iterator

import numpy as np

from hwr_core.datasets.pages import stationery
from hwr_core.datasets.pages.fields import CELLS, FREE, field, put
from hwr_core.datasets.pages.layouts import LAYOUTS
from hwr_core.datasets.pages.numbers import any_text, number
from hwr_core.datasets.pages.photograph import photographed
from hwr_core.datasets.pages.sheet import Sheet
from hwr_core.datasets.pages.types import MadeNumber, MadePage
from hwr_core.datasets.pages.writers import Pen, Writers
from hwr_core.images.lines.finding import Place, reading_order

HEIGHTS = 26.0, 64.0
"""Pixels that digits are high."""

WIDE, HIGH = (9.0, 17.0), (6.0, 12.0)
"""Sides of a page in heights of a digit: a note, a slip, a part of a list or of a form, of some 15 digits."""

ON_PAPER = ("ruled", "squared")

NOWHERE = np.zeros(0, np.intp)

Made = Callable[[Writers, np.random.Generator, str], MadePage]


def sent_pages(writers: Writers, count: int, seed: int) -> Iterator[tuple[str, MadePage]]:
    """Yield so many pages by some writers, each with its layout: notes, register, table and form in turn."""
    yield from _in_turn(_page, ("notes", "register", "table", "form"), writers, count, seed)


def sent_fields(writers: Writers, count: int, seed: int) -> Iterator[tuple[str, MadePage]]:
    """Yield so many images of one number each, with what it is written in: every kind of field or paper in turn."""
    yield from _in_turn(_one_field, (*CELLS, *FREE, *ON_PAPER), writers, count, seed)


def text_of(page: MadePage) -> str:
    """Return the numbers of a page in reading order, a line for each."""
    order = reading_order([_place(each) for each in page.numbers])
    return "\n".join(page.numbers[place].text for place in order)


def _place(made: MadeNumber) -> Place:
    upper_left, upper_right, _, lower_left = made.corners.astype(float)
    length, height = float(np.linalg.norm(upper_right - upper_left)), float(np.linalg.norm(lower_left - upper_left))
    x, y = made.corners.mean(axis=0).tolist()
    across, down = ((upper_right - upper_left) / length).tolist()
    return Place((x, y), length, height, (across, down), (NOWHERE, NOWHERE))


def _in_turn(
    make: Made, kinds: tuple[str, ...], writers: Writers, count: int, seed: int
) -> Iterator[tuple[str, MadePage]]:
    """One after the other, each from a random state of its own: fewer are the first of more."""
    for place in range(count):
        rng = np.random.default_rng((seed, place))
        kind = kinds[place % len(kinds)]
        page = make(writers, rng, kind)
        while not page.numbers or not _is_whole(page):
            page = make(writers, rng, kind)
        yield kind, page


def _is_whole(page: MadePage) -> bool:
    """Whether the camera cut off no number."""
    height, width = page.image.shape
    corners = np.concatenate([each.corners for each in page.numbers])
    return bool((corners >= 0).all() and (corners < (width, height)).all())


def _page(writers: Writers, rng: np.random.Generator, kind: str) -> MadePage:
    height = _height(rng)
    sheet = Sheet.blank(int(height * rng.uniform(*WIDE)), int(height * rng.uniform(*HIGH)), rng)
    LAYOUTS[kind][0](sheet, writers, height, rng)
    return photographed(sheet.page(), rng)


def _one_field(writers: Writers, rng: np.random.Generator, kind: str) -> MadePage:
    height = _height(rng)
    sheet = Sheet.blank(int(22 * height), int(4 * height), rng)
    pen, strength = Pen.any(height, rng), float(rng.uniform(0.35, 0.97))
    at = height, 1.3 * height
    if kind in ON_PAPER:
        squared = kind == "squared"
        pitch = height * float(rng.uniform(0.8, 1.6))
        stationery.rule(sheet, pitch, rng, squared=squared)
        one = number(writers, any_text(rng), pen, rng, pitch if squared else None)
        end = put(sheet, one, *at, strength, rng)
    else:
        end = field(sheet, writers, pen, at, strength, rng, kind)
    width = min(sheet.size[0], int(end + height))
    cut = Sheet(sheet.paper[:, :width], sheet.ink[:, :width], sheet.numbers)
    return photographed(cut.page(), rng)


def _height(rng: np.random.Generator) -> float:
    return float(np.exp(rng.uniform(*np.log(HEIGHTS))))
