"""A line or a page of writing -> lines of connected parts, in reading order.

Where one digit ends and the next begins is not decided here: `hwr_core.recognition.line_reader` reads whole lines.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.images.binarise import Foreground
from hwr_core.images.foreground import cut_out
from hwr_core.images.geometry import centre, fit_to_box
from hwr_core.images.normalise import foreground_of
from hwr_core.images.types import Box, Grey

PAGE_SIDE, LINE_HEIGHT = 1600, 96
"""A page is reduced to that longer side; a line that is lower is enlarged to that height, so that cuts are exact."""

MOST_PARTS = 1000
"""Of more connected pieces than these the smallest are left out: so many are no page of digits but noise."""

LEAST_HEIGHT = 8
"""Pixels; writing lower than this cannot be told from noise."""

SMALL = 0.4
"""A part lower than this share of the writing's usual height is a dot, a dash or a piece of a digit."""

DUST = 0.1
"""A part smaller than this share of the usual height both ways is dust."""

SAME_LINE = 0.35
"""Parts that share this much of the lower one's height stand on one line."""

LEVEL = 0.5
"""So do parts whose middles are at most so many usual heights above each other; and lines stand side by side whose
levels differ by less than so many of their heights."""

AMONG = 0.5
"""A lone part belongs to a line if so much of its height lies within that of the line's parts next to it."""

FAR = 4.0
"""Neighbours on a line are at most so many usual heights apart; what is farther is a line of its own."""


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of ink: where its pixels are, and its box on the image."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    box: Box = field(init=False)
    """Left, top, width and height in pixels."""

    def __post_init__(self) -> None:
        """Find the box once; it is asked for often."""
        top, left = int(self.rows.min()), int(self.columns.min())
        box = left, top, int(self.columns.max()) - left + 1, int(self.rows.max()) - top + 1
        object.__setattr__(self, "box", box)


@dataclass(frozen=True, slots=True)
class Line:
    """Parts from left to right; `height` is that of its digits, in pixels."""

    parts: tuple[Part, ...]
    height: float


@dataclass(frozen=True, slots=True)
class Page:
    """The ink of an image and the lines it makes; `scale` takes its pixels back to those of the image as given."""

    ink: Foreground
    lines: tuple[Line, ...]
    scale: float

    def writing(self, parts: Sequence[Part]) -> Grey:
        """Return the ink of these parts alone, uint8, cropped to them: paper 0, full ink 255."""
        left, top, width, height = joint_box(parts)
        mask = np.zeros((height, width), np.uint8)
        for part in parts:
            mask[part.rows - top, part.columns - left] = 255
        strength = np.ascontiguousarray(self.ink.strength[top : top + height, left : left + width])
        return cut_out(replace(self.ink, strength=strength), mask)

    def seen(self, parts: Sequence[Part]) -> Grey:
        """Return what the model is to see of these parts together, uint8 [28, 28]."""
        return centre(fit_to_box(self.writing(parts)))

    def box(self, parts: Sequence[Part]) -> Box:
        """Return the box of these parts on the image as given: left, top, width, height."""
        return scaled(joint_box(parts), self.scale)


def joint_box(parts: Sequence[Part]) -> Box:
    """Return the box that holds all these parts."""
    boxes = np.array([part.box for part in parts])
    left, top = boxes[:, :2].min(axis=0)
    right, bottom = (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
    return int(left), int(top), int(right - left), int(bottom - top)


def scaled(box: Box, scale: float) -> Box:
    """Return a box in other pixels."""
    left, top, width, height = (round(side * scale) for side in box)
    return left, top, max(1, width), max(1, height)


def segment(grey: Grey, enhancement_level: float = 1.0) -> Page:
    """Find the lines of writing on an image.

    Args:
        grey: uint8, height x width, dark on light or light on dark.
        enhancement_level: 0 to 3, as `normalise` takes it.

    Raises:
        NoInk: blank paper or mere noise.
        InvalidValue: `enhancement_level` is outside 0 to 3.
    """
    sized, scale = _resize(grey)
    ink = foreground_of(sized, enhancement_level)
    parts = _parts(ink)
    height = _usual_height(parts) if parts else 0.0  # of ruled paper or a frame nothing is left
    if height < LEAST_HEIGHT:
        return Page(ink, (), scale)
    parts = [part for part in parts if max(part.box[2:]) >= DUST * height]
    return Page(ink, tuple(_in_order(line) for line in _lines(parts, height)), scale)


def within_boxes(page: Page, boxes: Sequence[Box]) -> Page:
    """Return the page with one part for each box, all ink in it, on lines in reading order; empty boxes are left out.

    Args:
        page: what `segment` made of an image.
        boxes: left, top, width and height in pixels of the image as given.
    """
    inside = [_ink_in(page.ink, scaled(box, 1.0 / page.scale)) for box in boxes]
    parts = [part for part in inside if part is not None]
    if not parts:
        return replace(page, lines=())
    lines = _lines(parts, _usual_height(parts), small=0.0)  # each is a digit, because somebody says so
    return replace(page, lines=tuple(_in_order(line) for line in lines))


def _ink_in(ink: Foreground, box: Box) -> Part | None:
    left, top, width, height = box
    window = np.s_[max(0, top) : max(0, top + height), max(0, left) : max(0, left + width)]
    rows, columns = np.nonzero(ink.strength[window] > ink.threshold)
    return Part(rows + max(0, top), columns + max(0, left)) if len(rows) else None


def _in_order(line: Line) -> Line:
    return replace(line, parts=tuple(sorted(line.parts, key=lambda part: part.box[0] + part.box[2] / 2)))


def _resize(grey: Grey) -> tuple[Grey, float]:
    """Return the image in working size, and the factor that takes its pixels back."""
    height, width = grey.shape
    factor = PAGE_SIDE / max(height, width)
    if factor > 1.0:
        factor = min(max(1.0, LINE_HEIGHT / height), factor)
    if factor == 1.0:
        return grey, 1.0
    size = max(1, round(width * factor)), max(1, round(height * factor))
    kind = cv2.INTER_AREA if factor < 1.0 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, size, interpolation=kind), np.uint8), 1.0 / factor


def _parts(ink: Foreground) -> list[Part]:
    mask = np.asarray(ink.strength > ink.threshold, np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, cv2.CCL_GRANA)
    numbers = np.asarray(labels, np.int32)
    largest = np.argsort(-stats[1:count, cv2.CC_STAT_AREA], kind="stable")[:MOST_PARTS] + 1
    return [_part(numbers, np.asarray(stats[number], np.int32), int(number)) for number in sorted(largest)]


def _part(labels: NDArray[np.int32], stats: NDArray[np.int32], number: int) -> Part:
    left, top, width, height = (int(side) for side in stats[:4])
    rows, columns = np.nonzero(labels[top : top + height, left : left + width] == number)
    return Part(rows + top, columns + left)


def _usual_height(parts: Sequence[Part]) -> float:
    """The height of the digits: that of the parts that hold most of the ink."""
    heights = np.array([part.box[3] for part in parts], np.float64)
    ink = np.array([len(part.rows) for part in parts], np.float64)
    order = np.argsort(heights)
    reached = np.cumsum(ink[order]) / ink.sum()
    return float(heights[order][np.searchsorted(reached, 0.5)])


def _lines(parts: Sequence[Part], height: float, small: float = SMALL) -> list[Line]:
    """Put parts that stand beside each other on one line; small ones go to the nearest line, if one is near."""
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
    return _with_small(made, [part for part in parts if part.box[3] < small * height])


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
