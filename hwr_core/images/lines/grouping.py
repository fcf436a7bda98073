"""Parts of a page -> lines in reading order; what stands alone or was broken into pieces finds its line too."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

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

FLAT, LARGE = 0.3, 0.8
"""A part lower than the first share of its width is a bar, whose length is its size; of others it is the height. Signs
are as large as the parts at the second quantile, by pixels."""

ABOVE, ASIDE = 0.3, 0.5
"""Parts are of one sign, or of neighbours on one line, if they are at most the first share of a sign's size above each
other, and at most the second beside each other."""


def usual_height(parts: Sequence[Part]) -> float:
    """Return the height of the digits: that of the parts that hold most of the foreground."""
    return _quantile([part.box[3] for part in parts], parts, 0.5)


def _quantile(sizes: Sequence[int], parts: Sequence[Part], share: float) -> float:
    """The size that a share of the parts, by their pixels, does not exceed."""
    pixels = np.array([len(part.rows) for part in parts], np.float64)
    order = np.argsort(sizes)
    reached = np.cumsum(pixels[order]) / pixels.sum()
    place = min(int(np.searchsorted(reached, share)), len(sizes) - 1)
    return float(np.array(sizes, np.float64)[order][place])


def into_lines(parts: Sequence[Part], height: float, small: float = SMALL) -> tuple[Line, ...]:
    """Put parts that stand beside each other on one line, from left to right; small ones go to the nearest line.

    Args:
        parts: of a page.
        height: the usual height of a digit.
        small: the share of that height below which a part is small.
    """
    large = sorted((part for part in parts if part.box[3] >= small * height), key=lambda part: part.box[0])
    lines = _from_left_to_right(large, height)
    if small:
        lines = _without_pieces(lines, height)
    made = [Line(tuple(line), float(np.median([part.box[3] for part in line]))) for line in _in_reading_order(lines)]
    complete = _with_small(made, [part for part in parts if part.box[3] < small * height])
    return tuple(_in_order(line) for line in complete)


def into_lines_of_signs(parts: Sequence[Part]) -> tuple[Line, ...]:
    """Put parts on lines whose signs may have parts above each other, and differ in height: 三, or the Arabic 0, a dot.

    What stands beside each other, or hardly apart above each other, is on one line; nothing is too small.
    """
    if not parts:
        return ()
    boxes, size = np.array([part.box for part in parts], np.float64), sign_size(parts)
    line_of = np.arange(len(parts))
    for number, box in enumerate(boxes):
        joined = line_of[_on_line_with(box, boxes, size)]
        line_of[np.isin(line_of, joined)] = line_of[number]
    lines = [[parts[place] for place in np.flatnonzero(line_of == line).tolist()] for line in np.unique(line_of)]
    return tuple(_in_order(Line(tuple(line), sign_size(line))) for line in _in_reading_order(lines))


def sign_size(parts: Sequence[Part]) -> float:
    """Return how large the signs are that parts make up, in pixels."""
    return _quantile(
        [high if high >= FLAT * wide else wide for _, _, wide, high in (p.box for p in parts)], parts, LARGE
    )


def _on_line_with(box: NDArray[np.float64], boxes: NDArray[np.float64], size: float) -> NDArray[np.bool_]:
    """Which boxes stand on one line with a box, next to it."""
    gaps = np.maximum(boxes[:, :2], box[:2]) - np.minimum(boxes[:, :2] + boxes[:, 2:], box[:2] + box[2:])
    beside = (-gaps[:, 1] >= SAME_LINE * np.minimum(boxes[:, 3], box[3])) & (gaps[:, 0] <= FAR * size)
    return np.asarray(beside | ((gaps[:, 1] <= ABOVE * size) & (gaps[:, 0] <= ASIDE * size)), bool)


def _from_left_to_right(parts: Sequence[Part], height: float) -> list[list[Part]]:
    """Add each part, the leftmost first, to the line whose last part it stands beside, or begin a line with it."""
    lines: list[list[Part]] = []
    # The box of the last part of each line: a page may have thousands of parts on hundreds of lines.
    lasts = np.zeros((len(parts), 4))
    for part in parts:
        before = lasts[: len(lines)]
        fitting = np.flatnonzero(_stands_on(before, part, height))
        if len(fitting):
            number = fitting[np.abs(_middles(before[fitting]) - _middle(part)).argmin()]
            lines[number].append(part)
        else:
            number = len(lines)
            lines.append([part])
        lasts[number] = part.box
    return lines


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


def _stands_on(before: NDArray[np.float64], part: Part, height: float) -> NDArray[np.bool_]:
    """Whether a part stands on the same line as parts to its left, whose boxes are given."""
    lefts, tops, widths, heights = before.T
    left, top, _, high = part.box
    overlaps = np.minimum(tops + heights, top + high) - np.maximum(tops, top) >= SAME_LINE * np.minimum(heights, high)
    level = np.abs(_middles(before) - _middle(part)) <= LEVEL * height
    return np.asarray((overlaps | level) & (left - lefts - widths <= FAR * height), bool)


def _without_pieces(lines: list[list[Part]], height: float) -> list[list[Part]]:
    """Add to a line the lone pieces of its digits, such as the bar of a 5, that stand among its other parts."""
    found: list[list[Part]] = []
    boxes = np.zeros((sum(map(len, lines)), 4))
    numbers = np.zeros(len(boxes), np.intp)
    count = 0
    for line in sorted(lines, key=len, reverse=True):
        whole = _among(line[0], boxes[:count], numbers[:count], height) if len(line) == 1 else None
        if whole is None:
            whole = len(found)
            found.append([])
        found[whole].extend(line)
        after = count + len(line)
        boxes[count:after], numbers[count:after], count = [part.box for part in line], whole, after
    return found


def _among(part: Part, boxes: NDArray[np.float64], numbers: NDArray[np.intp], height: float) -> int | None:
    """Return the first line between whose parts to its left and right most of a part's height lies.

    Args:
        part: that stands alone.
        boxes: of the parts of all lines.
        numbers: of the line of each.
        height: the usual height of a digit.
    """
    left, top, width, high = part.box
    middle = left + width / 2
    near = np.flatnonzero((boxes[:, 0] - height <= middle) & (middle <= boxes[:, 0] + boxes[:, 2] + height))
    lines, of_line = np.unique(numbers[near], return_inverse=True)
    uppers, lowers = np.full(len(lines), np.inf), np.full(len(lines), -np.inf)
    np.minimum.at(uppers, of_line, boxes[near, 1])
    np.maximum.at(lowers, of_line, boxes[near, 1] + boxes[near, 3])
    among = lines[np.minimum(lowers, top + high) - np.maximum(uppers, top) >= AMONG * high]
    return int(among[0]) if len(among) else None


def _with_small(lines: Sequence[Line], small: Sequence[Part]) -> list[Line]:
    """Add each small part to the nearest line between whose top and bottom, or a little beyond, it lies."""
    added: list[list[Part]] = [[] for _ in lines]
    lefts, tops, widths, heights = np.array([joint_box(line.parts) for line in lines], np.float64).reshape(-1, 4).T
    levels, digits = np.array([_level(line.parts) for line in lines]), np.array([line.height for line in lines])
    reach = 0.3 * digits
    for part in small:
        across, down = part.box[0] + part.box[2] / 2, _middle(part)
        beside = (lefts - reach <= across) & (across <= lefts + widths + digits)
        near = np.flatnonzero(beside & (tops - reach <= down) & (down <= tops + heights + reach))
        if len(near):
            added[near[np.abs(levels[near] - down).argmin()]].append(part)
    return [replace(line, parts=(*line.parts, *more)) for line, more in zip(lines, added, strict=True)]


def _middles(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    return boxes[:, 1] + boxes[:, 3] / 2


def _middle(part: Part) -> float:
    return part.box[1] + part.box[3] / 2


def _in_order(line: Line) -> Line:
    return replace(line, parts=tuple(sorted(line.parts, key=lambda part: part.box[0] + part.box[2] / 2)))
