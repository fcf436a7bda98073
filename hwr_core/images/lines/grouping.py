"""Parts of a page -> lines in reading order; what stands alone or was broken into pieces finds its line too."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from hwr_core.images.lines.page import Line, Part, joint_box

SMALL = 0.4
"""A part lower than this share of the digits' usual height is a dot, a dash or a piece of a digit."""

SAME_LINE = 0.35
"""Parts are on one line if they overlap by this share of the lower one's height."""

LEVEL = 0.5
"""So are parts whose middles are at most so many usual heights above each other. Lines stand side by side if their
levels differ by less than so many of their heights."""

AMONG = 0.5
"""A lone part belongs to a line if so much of its height lies within that of the line's parts next to it."""

FAR = 4.0
"""Neighbours on a line are at most so many usual heights apart; what is farther is a line of its own."""


def usual_height(parts: Sequence[Part]) -> float:
    """Return the height of the digits: that of the parts that hold most of the foreground."""
    heights = np.array([part.box[3] for part in parts], np.float64)
    pixels = np.array([len(part.rows) for part in parts], np.float64)
    order = np.argsort(heights)
    reached = np.cumsum(pixels[order]) / pixels.sum()
    return float(heights[order][np.searchsorted(reached, 0.5)])


def into_lines(parts: Sequence[Part], height: float, small: float = SMALL) -> tuple[Line, ...]:
    """Put parts that stand beside each other on one line, from left to right; small ones go to the nearest line.

    Args:
        parts: of a page.
        height: the usual height of a digit.
        small: the share of that height below which a part is small.
    """
    large = sorted((part for part in parts if part.box[3] >= small * height), key=lambda part: part.box[0])
    lines: list[list[Part]] = []
    for part in large:
        fitting = [line for line in lines if _stands_on(line[-1], part, height)]
        if fitting:
            min(fitting, key=lambda line: abs(_middle(line[-1]) - _middle(part))).append(part)
        else:
            lines.append([part])
    if small:
        lines = _without_pieces(lines, height)
    made = [Line(tuple(line), float(np.median([part.box[3] for part in line]))) for line in _in_reading_order(lines)]
    complete = _with_small(made, [part for part in parts if part.box[3] < small * height])
    return tuple(_in_order(line) for line in complete)


def _in_reading_order(lines: list[list[Part]]) -> list[list[Part]]:
    """From top to bottom, and from left to right where lines stand side by side."""
    rows: list[list[list[Part]]] = []
    for line in sorted(lines, key=_level):
        if rows and _level(line) - _level(rows[-1][0]) < LEVEL * joint_box(line)[3]:
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda line: joint_box(line)[0])]


def _level(line: Sequence[Part]) -> float:
    return float(np.mean([_middle(part) for part in line]))


def _stands_on(before: Part, part: Part, height: float) -> bool:
    top, bottom = max(before.box[1], part.box[1]), min(_bottom(before), _bottom(part))
    overlaps = bottom - top >= SAME_LINE * min(before.box[3], part.box[3])
    level = abs(_middle(before) - _middle(part)) <= LEVEL * height
    gap = part.box[0] - before.box[0] - before.box[2]
    return (overlaps or level) and gap <= FAR * height


def _without_pieces(lines: list[list[Part]], height: float) -> list[list[Part]]:
    """Add to a line the lone pieces of its digits, such as the bar of a 5, that stand among its other parts."""
    found: list[list[Part]] = []
    for line in sorted(lines, key=len, reverse=True):
        whole = next((other for other in found if len(line) == 1 and _is_among(line[0], other, height)), None)
        if whole is None:
            found.append(line)
        else:
            whole.extend(line)
    return found


def _is_among(part: Part, line: Sequence[Part], height: float) -> bool:
    """Whether most of a part's height lies within that of the parts of a line to its left and right."""
    left, top, width, high = part.box
    near = [each for each in line if each.box[0] - height <= left + width / 2 <= each.box[0] + each.box[2] + height]
    if not near:
        return False
    _, upper, _, tall = joint_box(near)
    return min(top + high, upper + tall) - max(top, upper) >= AMONG * high


def _with_small(lines: Sequence[Line], small: Sequence[Part]) -> list[Line]:
    """Add each small part to the nearest line between whose top and bottom, or a little beyond, it lies."""
    added: list[list[Part]] = [[] for _ in lines]
    for part in small:
        near = [number for number, line in enumerate(lines) if _is_near(part, line)]
        if near:
            added[min(near, key=lambda number: abs(_level(lines[number].parts) - _middle(part)))].append(part)
    return [replace(line, parts=(*line.parts, *more)) for line, more in zip(lines, added, strict=True)]


def _is_near(part: Part, line: Line) -> bool:
    left, top, width, height = joint_box(line.parts)
    reach = 0.3 * line.height
    return (
        left - reach <= part.box[0] + part.box[2] / 2 <= left + width + line.height
        and top - reach <= _middle(part) <= top + height + reach
    )


def _middle(part: Part) -> float:
    return part.box[1] + part.box[3] / 2


def _bottom(part: Part) -> int:
    return part.box[1] + part.box[3]


def _in_order(line: Line) -> Line:
    return replace(line, parts=tuple(sorted(line.parts, key=lambda part: part.box[0] + part.box[2] / 2)))
