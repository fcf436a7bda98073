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
    bounds = _bounds(large, slant)
    owned: dict[int, list[int]] = {}
    for digit, middle in enumerate(middles):
        owned.setdefault(_nearest(bounds, middle), []).append(digit)
    found: list[list[Part]] = [[] for _ in middles]
    for place, digits in owned.items():
        for digit, piece in zip(digits, _cut(large[place], [middles[digit] for digit in digits], slant), strict=True):
            found[digit].append(piece)
    taken = {id(large[place]) for place in owned}
    others = [part for part in line.parts if id(part) not in taken]
    of_digits = _bounds([pieces[0] for pieces in found], slant)
    for part, (left, right) in zip(others, _bounds(others, slant), strict=True):
        overlaps = np.minimum(right, of_digits[:, 1]) - np.maximum(left, of_digits[:, 0])
        owner = int(overlaps.argmax())
        if overlaps[owner] >= OVERLAP * (right - left):
            found[owner].append(part)
    return [tuple(pieces) for pieces in found]


def _bounds(parts: Sequence[Part], slant: float) -> NDArray[np.float64]:
    """The first and the last upright column of each part, float64 [parts, 2]."""
    columns = [upright(part, slant) for part in parts]
    return np.array([(each.min(), each.max()) for each in columns], np.float64).reshape(-1, 2)


def _nearest(bounds: NDArray[np.float64], middle: float) -> int:
    """The part whose columns are nearest to a digit's middle; of those it runs through, the one about it."""
    left, right = bounds.T
    outside = np.maximum(np.maximum(left - middle, middle - right), 0.0)
    return int(np.lexsort((np.abs(middle - (left + right) / 2), outside))[0])


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
