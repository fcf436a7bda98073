"""A line or a page of digits -> lines of connected components, in reading order.

Where one digit ends and the next begins is not decided here: `hwr_core.recognition.line_reader` reads whole lines.
"""

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np

from hwr_core.images.binarise import Foreground
from hwr_core.images.lines.grouping import into_lines, into_lines_of_signs, sign_size, usual_height
from hwr_core.images.lines.page import Page, Part, inverse, parts_of, placed, scaling
from hwr_core.images.normalise import foreground_of
from hwr_core.images.types import Box, Grey

PAGE_SIDE, LINE_HEIGHT = 1600, 96
"""A page is reduced to that longer side; a lower image is enlarged to that height, so that cuts are exact."""

MOST_PARTS = 8000
"""Of more components than these the smallest are left out: so many are noise and no page of digits. A page written full
has some 3,000 digits."""

LEAST_HEIGHT = 8
"""Pixels; digits lower than this cannot be told from noise."""

TOO_MANY = "{count:,} separate marks were found; only the {most:,} largest were read, so small digits may be missing."
TOO_SMALL = "What was found is lower than {least} pixels, too small to be read; send a larger image of it."

DUST = 0.1
"""A part smaller than this share of the usual height both ways is dust."""


def segment(grey: Grey, enhancement_level: float = 1.0, *, alike: bool = True) -> Page:
    """Find the lines of digits on an image.

    Args:
        grey: uint8, height x width, dark on light or light on dark.
        enhancement_level: 0 to 3, as `normalise` takes it.
        alike: whether the digits are in one piece and about equally high, as Western ones are.

    Raises:
        NoInk: an empty background or mere noise.
        InvalidValue: `enhancement_level` is outside 0 to 3.
    """
    resized, scale = _resize(grey)
    foreground = foreground_of(resized, enhancement_level)
    mask = np.asarray(foreground.strength > foreground.threshold, np.uint8)
    parts, count = parts_of(mask, MOST_PARTS)
    if not parts:  # of ruled paper or a frame nothing is left
        return Page(foreground, (), scaling(scale))
    warnings = () if count <= MOST_PARTS else (TOO_MANY.format(count=count, most=MOST_PARTS),)
    height = usual_height(parts) if alike else sign_size(parts)
    if height < LEAST_HEIGHT:
        return Page(foreground, (), scaling(scale), (*warnings, TOO_SMALL.format(least=round(LEAST_HEIGHT * scale))))
    parts = [part for part in parts if max(part.box[2:]) >= DUST * height]
    lines = into_lines(parts, height) if alike else into_lines_of_signs(parts)
    return Page(foreground, lines, scaling(scale), warnings)


def within_boxes(page: Page, boxes: Sequence[Box]) -> Page:
    """Return the page with one part for each box, all of its foreground, in reading order; empty boxes are left out.

    Args:
        page: what `segment` made of an image.
        boxes: left, top, width and height in pixels of the input.
    """
    inside = [_part_in(page.foreground, placed(box, inverse(page.to_input))) for box in boxes]
    parts = [part for part in inside if part is not None]
    if not parts:
        return replace(page, lines=(), warnings=())
    # None is small: each is a digit, because somebody said so.
    return replace(page, lines=into_lines(parts, usual_height(parts), small=0.0), warnings=())


def _part_in(foreground: Foreground, box: Box) -> Part | None:
    left, top, width, height = box
    window = np.s_[max(0, top) : max(0, top + height), max(0, left) : max(0, left + width)]
    rows, columns = np.nonzero(foreground.strength[window] > foreground.threshold)
    return Part(rows + max(0, top), columns + max(0, left)) if len(rows) else None


def _resize(grey: Grey) -> tuple[Grey, float]:
    """Return the image in its working size, and the factor from its pixels to those of the input."""
    height, width = grey.shape
    factor = PAGE_SIDE / max(height, width)
    if factor > 1.0:
        factor = min(max(1.0, LINE_HEIGHT / height), factor)
    if factor == 1.0:
        return grey, 1.0
    size = max(1, round(width * factor)), max(1, round(height * factor))
    kind = cv2.INTER_AREA if factor < 1.0 else cv2.INTER_CUBIC
    return np.asarray(cv2.resize(grey, size, interpolation=kind), np.uint8), 1.0 / factor
