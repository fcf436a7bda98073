"""A line whose digits are known -> the parts that belong to each: components that touch are cut between them."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hwr_core.images.lines.page import Line, Part
from hwr_core.images.lines.strips import upright

UPPER_PART = 0.4
"""Only a part at least this share of its line's height may be a digit of its own."""

OVERLAP = 0.5
"""A small part belongs to the digit that has so much of the part's width above or below it; a dot has none."""

CUT_ROOM = 0.2
"""Digits that run into each other are cut at least this share of the way between their middles from either."""


def parts_of_digits(line: Line, middles: Sequence[float], slant: float = 0.0) -> list[tuple[Part, ...]]:
    """Return the parts of each digit of a line; what belongs to none, such as a dot, is left out.

    Args:
        line: its parts, from left to right.
        middles: the upright column at which each digit stands, from left to right.
        slant: of the line, by which columns are upright.
    """
    large = [part for part in line.parts if part.box[3] >= UPPER_PART * line.height] or list(line.parts)
    owned: dict[int, list[int]] = {}
    for digit, middle in enumerate(middles):
        nearest = min(range(len(large)), key=lambda place: _distance(upright(large[place], slant), middle))
        owned.setdefault(nearest, []).append(digit)
    found: list[list[Part]] = [[] for _ in middles]
    for place, digits in owned.items():
        for digit, piece in zip(digits, _cut(large[place], [middles[digit] for digit in digits], slant), strict=True):
            found[digit].append(piece)
    taken = {id(large[place]) for place in owned}
    for part in line.parts:
        if id(part) not in taken and (owner := _belongs_to(part, [pieces[0] for pieces in found], slant)) is not None:
            found[owner].append(part)
    return [tuple(pieces) for pieces in found]


def _distance(columns: NDArray[np.float64], middle: float) -> tuple[float, float]:
    """How far a digit's middle is from a part's columns; among those it runs through, how far from their middle."""
    left, right = columns.min(), columns.max()
    return max(left - middle, 0.0, middle - right), abs(middle - (left + right) / 2)


def _cut(part: Part, middles: Sequence[float], slant: float) -> list[Part]:
    """Cut a part between digits that touch, at the column with the fewest pixels."""
    columns = upright(part, slant)
    left = columns.min()
    profile = np.bincount((columns - left).astype(np.intp))
    cuts: list[float] = []
    for one, other in pairwise(middles):
        room = CUT_ROOM * (other - one)
        first = int(np.clip(np.ceil(one + room - left), 0, len(profile) - 1))
        last = int(np.clip(np.floor(other - room - left), first, len(profile) - 1))
        cuts.append(left + first + int(np.argmin(profile[first : last + 1])))
    number = np.searchsorted(np.array(cuts), columns, side="right")
    pieces = [np.flatnonzero(number == each) for each in range(len(middles))]
    # A digit for which no pixel is left stands where the whole part does.
    return [Part(part.rows[piece], part.columns[piece]) if len(piece) else part for piece in pieces]


def _belongs_to(part: Part, pieces: Sequence[Part], slant: float) -> int | None:
    columns = upright(part, slant)
    left, right = columns.min(), columns.max()
    bounds = [(each.min(), each.max()) for each in (upright(piece, slant) for piece in pieces)]
    overlaps = [min(right, last) - max(left, first) for first, last in bounds]
    best = int(np.argmax(overlaps))
    return best if overlaps[best] >= OVERLAP * (right - left) else None
