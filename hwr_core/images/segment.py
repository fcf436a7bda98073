"""A line or a page of writing -> lines of small parts, in reading order, from which digits can be put together.

Touching digits are cut at more places than needed; `hwr_core.recognition.numbers` finds out which cuts to believe
(heuristic over-segmentation, LeCun et al., 1998, "Gradient-based learning applied to document recognition").
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.images.normalise import (
    Ink,
    centre,
    check_enhancement_level,
    cut_out,
    denoise,
    estimate_paper,
    find_ink,
    fit_to_box,
    wipe_lines,
)
from hwr_core.records import Box, Grey

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
"""So do parts whose middles are at most so many usual heights above each other."""

FAR = 4.0
"""Neighbours on a line are at most so many usual heights apart; what is farther is a line of its own."""

WIDE = 0.7
"""A part wider than this share of the usual height may be more than one digit."""

CUT_APART = 0.2
"""Cuts are at least this share of the usual height apart."""

CUT_INK = 1.6
"""A stroke is cut where a column has at most so many pen widths of ink."""

UPRIGHT = 0.3
"""A column with so much ink, as a share of the usual height, may be where the sides of two digits have run together."""

MOST_CUTS = 24


@dataclass(frozen=True, slots=True)
class Part:
    """A connected piece of ink, or what a cut left of one: where its pixels are, and its box on the picture."""

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
    """The ink of a picture and the lines it makes; `scale` takes its pixels back to those of the picture as given."""

    ink: Ink
    lines: tuple[Line, ...]
    scale: float

    def seen(self, parts: Sequence[Part]) -> Grey:
        """Return what the model is to see of these parts together, uint8 [28, 28]."""
        left, top, width, height = joint_box(parts)
        mask = np.zeros((height, width), np.uint8)
        for part in parts:
            mask[part.rows - top, part.columns - left] = 255
        strength = np.ascontiguousarray(self.ink.strength[top : top + height, left : left + width])
        return centre(fit_to_box(cut_out(replace(self.ink, strength=strength), mask)))

    def box(self, parts: Sequence[Part]) -> Box:
        """Return the box of these parts on the picture as given: left, top, width, height."""
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
    """Find the writing on a picture and cut it into parts.

    Args:
        grey: uint8, height x width, dark on light or light on dark.
        enhancement_level: 0 to 3, as `normalise` takes it.

    Raises:
        NoInk: blank paper or mere noise.
        InvalidValue: `enhancement_level` is outside 0 to 3.
    """
    check_enhancement_level(enhancement_level)
    sized, scale = _resize(grey)
    smooth = denoise(sized, enhancement_level)
    ink = wipe_lines(find_ink(smooth, estimate_paper(smooth, enhancement_level)))
    parts = _parts(ink)
    height = _usual_height(parts)
    if height < LEAST_HEIGHT:
        return Page(ink, (), scale)
    parts = [part for part in parts if max(part.box[2:]) >= DUST * height]
    lines = [_cut_line(line) for line in _lines(parts, height)]
    return Page(ink, tuple(lines), scale)


def within_boxes(page: Page, boxes: Sequence[Box]) -> Page:
    """Return the page with one part for each box, all ink in it, on lines in reading order; empty boxes are left out.

    Args:
        page: what `segment` made of a picture.
        boxes: left, top, width and height in pixels of the picture as given.
    """
    inside = [_ink_in(page.ink, scaled(box, 1.0 / page.scale)) for box in boxes]
    parts = [part for part in inside if part is not None]
    if not parts:
        return replace(page, lines=())
    height = _usual_height(parts)
    return replace(page, lines=tuple(_in_order(line) for line in _lines(parts, height)))


def _ink_in(ink: Ink, box: Box) -> Part | None:
    left, top, width, height = box
    window = np.s_[max(0, top) : max(0, top + height), max(0, left) : max(0, left + width)]
    rows, columns = np.nonzero(ink.strength[window] > ink.threshold)
    return Part(rows + max(0, top), columns + max(0, left)) if len(rows) else None


def _in_order(line: Line) -> Line:
    return replace(line, parts=tuple(sorted(line.parts, key=lambda part: part.box[0] + part.box[2] / 2)))


def _resize(grey: Grey) -> tuple[Grey, float]:
    """Return the picture in working size, and the factor that takes its pixels back."""
    height, width = grey.shape
    factor = PAGE_SIDE / max(height, width)
    if factor > 1.0:
        factor = min(max(1.0, LINE_HEIGHT / height), factor)
    if factor == 1.0:
        return grey, 1.0
    size = max(1, round(width * factor)), max(1, round(height * factor))
    kind = cv2.INTER_AREA if factor < 1.0 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, size, interpolation=kind), np.uint8), 1.0 / factor


def _parts(ink: Ink) -> list[Part]:
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


def _lines(parts: Sequence[Part], height: float) -> list[Line]:
    """Put parts that stand beside each other on one line; small ones go to the nearest line."""
    large = sorted((part for part in parts if part.box[3] >= SMALL * height), key=lambda part: part.box[0])
    lines: list[list[Part]] = []
    for part in large:
        fitting = [line for line in lines if _stands_on(line[-1], part, height)]
        if fitting:
            min(fitting, key=lambda line: abs(_middle(line[-1]) - _middle(part))).append(part)
        else:
            lines.append([part])
    lines.sort(key=lambda line: float(np.mean([_middle(part) for part in line])))
    made = [Line(tuple(line), float(np.median([part.box[3] for part in line]))) for line in lines]
    return [_with_small(line, [part for part in parts if part.box[3] < SMALL * height]) for line in made]


def _stands_on(before: Part, part: Part, height: float) -> bool:
    top, bottom = max(before.box[1], part.box[1]), min(_bottom(before), _bottom(part))
    overlaps = bottom - top >= SAME_LINE * min(before.box[3], part.box[3])
    level = abs(_middle(before) - _middle(part)) <= LEVEL * height
    gap = part.box[0] - before.box[0] - before.box[2]
    return (overlaps or level) and gap <= FAR * height


def _with_small(line: Line, small: Sequence[Part]) -> Line:
    """Add the small parts that lie between the top and the bottom of a line, or a little below."""
    left, top, width, height = joint_box(line.parts)
    reach = 0.3 * line.height
    near = [
        part
        for part in small
        if left - reach <= part.box[0] + part.box[2] / 2 <= left + width + line.height
        and top - reach <= _middle(part) <= top + height + reach
    ]
    return replace(line, parts=(*line.parts, *near))


def _middle(part: Part) -> float:
    return part.box[1] + part.box[3] / 2


def _bottom(part: Part) -> int:
    return part.box[1] + part.box[3]


def _cut_line(line: Line) -> Line:
    """Cut what may be several digits, and put all parts from left to right, the slant of the writing taken out."""
    slant = _slant(line)
    pieces = [piece for part in line.parts for piece in _cut(part, line.height, slant)]
    pieces.sort(key=lambda piece: float(_upright(piece, slant).mean()))
    return replace(line, parts=tuple(pieces))


def _upright(part: Part, slant: float) -> NDArray[np.float64]:
    """The columns of a part's pixels, with the slant taken out."""
    return np.asarray(part.columns + slant * part.rows, np.float64)


def _slant(line: Line) -> float:
    """By how much the writing leans to the right: the shear that gathers its ink in the fewest, fullest columns."""
    rows = np.concatenate([part.rows for part in line.parts])
    columns = np.concatenate([part.columns for part in line.parts])
    best, most = 0.0, -1.0
    for slant in np.linspace(-0.2, 0.8, 21):
        upright = (columns + slant * rows).astype(np.intp)
        fullness = float((np.bincount(upright - upright.min()).astype(np.float64) ** 2).sum())
        if fullness > most:
            best, most = float(slant), fullness
    return best


def _cut(part: Part, height: float, slant: float) -> list[Part]:
    """Cut a wide part at thin places between its left and its right end."""
    upright = _upright(part, slant)
    places = upright - upright.min()
    width = float(places.max())
    if width < WIDE * height:
        return [part]
    cuts = _thin_places(np.bincount(places.astype(np.intp)), height, _pen_width(part))
    if not cuts:
        return [part]
    number = np.searchsorted(cuts, places)
    pieces = [Part(part.rows[number == each], part.columns[number == each]) for each in range(len(cuts) + 1)]
    return [piece for piece in pieces if len(piece.rows)]


def _pen_width(part: Part) -> float:
    """About how wide the strokes are: twice the mean distance of ink to paper, doubled."""
    left, top, width, height = part.box
    window = np.zeros((height + 2, width + 2), np.uint8)
    window[part.rows - top + 1, part.columns - left + 1] = 1
    distance = cv2.distanceTransform(window, cv2.DIST_L2, 3)
    return float(4 * distance[window > 0].mean())


def _thin_places(profile: NDArray[np.integer], height: float, pen: float) -> list[int]:
    """Where to cut: the columns with the least ink, from the thinnest on, and then those with the most.

    Where two round digits touch, their sides have run into one upright stroke: the column with the most ink.
    """
    apart = max(2, round(CUT_APART * height))
    smooth = np.convolve(profile, np.ones(3) / 3, mode="same")
    thinnest = [place for place in np.argsort(smooth, kind="stable") if smooth[place] <= CUT_INK * pen]
    fullest = [place for place in np.argsort(-smooth, kind="stable") if smooth[place] >= UPRIGHT * height]
    cuts: list[int] = []
    for place in (*thinnest, *fullest):
        if len(cuts) == MOST_CUTS:
            break
        if apart <= place <= len(profile) - apart and all(abs(place - cut) >= apart for cut in cuts):
            cuts.append(int(place))
    return sorted(cuts)
