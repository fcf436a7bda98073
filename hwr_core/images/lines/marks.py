"""The marks between and before the digits of a line: a decimal sign, point or comma, and a minus."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from hwr_core.images.lines.page import Line, Page, Part, joint_box
from hwr_core.images.types import Box, Grey

SEEN = 90
"""From here on what stands out of the paper is ink, where a page tells more than its digits."""

SMALLEST = 0.0025
"""Of a mark, as a share of the square over a digit's height."""

OF_DIGIT = 0.5
"""A part of a digit of this share of its height is more than a mark."""

WIDE, HIGH, ABOVE, BELOW, WITHIN = 0.45, 0.5, 0.35, 0.25, 0.25
"""A decimal sign is at most so wide and so high, begins at most so far above and below the line that digits stand on
(all as shares of a digit's height), and keeps so much of a digit's width from both of its sides where it is beneath."""

LONG, FLAT, THICK, UPPER, LOWER, NEAR, OVERLAP = 0.22, 1.7, 0.35, 0.2, 0.15, 1.0, 0.12
"""A minus is at least so long, so many times as long as high and at most so high; it keeps so far from the upper and
the lower ends of the digits; and it ends at most so far before the first digit, or so far behind its beginning."""


@dataclass(frozen=True, slots=True)
class Marks:
    """What stands beside digits: whether a minus comes before them, and after how many of them a decimal sign."""

    minus: bool = False
    decimal_after: int | None = None


def marks_of(page: Page, line: Line, digits: Sequence[Sequence[Part]]) -> Marks:
    """Return the marks on a line.

    Args:
        page: that the line is on.
        line: the line.
        digits: the parts of each of its digits, from left to right, at least one.
    """
    height = line.height
    main = [_main(parts, height) for parts in digits]
    boxes = [joint_box(parts) for parts in main]
    top = float(np.median([box[1] for box in boxes]))
    bottom = float(np.median([box[1] + box[3] for box in boxes]))
    count, _, stats, _ = cv2.connectedComponentsWithStats(_beside(page, main), connectivity=8)
    minus, decimals = False, []
    for left, upper, width, tall, area in stats[1:count].tolist():
        box = left, upper, width, tall
        if area < SMALLEST * height**2:
            continue
        minus = minus or _is_minus(box, boxes[0], (top, bottom), height)
        if _is_decimal(box, boxes, bottom, height):
            after = sum(left + width / 2 > each[0] + each[2] / 2 for each in boxes)
            decimals.append((area, after))
    found = [after for _, after in sorted(decimals, reverse=True) if 0 < after < len(boxes)]
    return Marks(minus, found[0] if found else None)


def _main(parts: Sequence[Part], height: float) -> list[Part]:
    """The parts that make a digit: its largest, and others that are too large for a mark."""
    most = max(len(part.rows) for part in parts)
    return [part for part in parts if len(part.rows) == most or max(part.box[2:]) > OF_DIGIT * height]


def _beside(page: Page, digits: Sequence[Sequence[Part]]) -> Grey:
    """Where something is written that is no digit."""
    ink = page.foreground.strength > page.foreground.threshold if page.seen is None else page.seen > SEEN
    own = np.zeros(ink.shape, np.uint8)
    for parts in digits:
        for part in parts:
            own[part.rows, part.columns] = 1
    return np.asarray(ink & (cv2.dilate(own, np.ones((3, 3), np.uint8)) == 0), np.uint8)


def _is_minus(box: Box, first: Box, rows: tuple[float, float], height: float) -> bool:
    left, upper, width, tall = box
    middle, end = upper + tall / 2, left + width - first[0]
    return (
        width >= LONG * height
        and width >= FLAT * tall
        and tall <= THICK * height
        and rows[0] + UPPER * height < middle < rows[1] - LOWER * height
        and -NEAR * height <= end <= OVERLAP * height
    )


def _is_decimal(box: Box, digits: Sequence[Box], bottom: float, height: float) -> bool:
    left, upper, width, tall = box
    if width > WIDE * height or tall > HIGH * height:
        return False
    if not bottom - ABOVE * height <= upper <= bottom + BELOW * height:
        return False
    x, y = left + width / 2, upper + tall / 2
    return not any(
        each[0] + WITHIN * each[2] < x < each[0] + (1 - WITHIN) * each[2] and y < each[1] + each[3] for each in digits
    )
