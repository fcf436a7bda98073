"""A line of digits -> a strip of its ink and of all that is seen there, upright, as the network of lines reads it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.images.lines.page import Line, Page, Part, joint_box
from hwr_core.images.types import Box, Grey

STRIP_HEIGHT, STRIP_DIGIT, STRIP_MARGIN = 32, 22, 8
"""Pixels of a strip: its height, that of its digits unless the line needs more room, and the margin at both ends."""

INK, SEEN, CHANNELS = 0, 1, 2
"""The channels of a strip and their number: what is held to be ink of the line, and all that stands out of the paper
there, ink or not. Both are the same where nothing but ink is known."""

LONGEST_STRIP = 4096
"""Pixels; a longer line is narrowed to it."""

ABOVE = 0.1
"""Of a digit's height, above and below the ink of a line: what is seen there belongs to it too."""

READABLE_SHARE = 0.8
"""A line that is reduced to less than this share of its size is worth a warning."""

SLANTS = np.linspace(-0.3, 0.8, 23)
"""How far digits may lean to the right: columns to a row."""


@dataclass(frozen=True, slots=True)
class Strip:
    """A line, uint8 [32, width, 2], bright on black, its slant taken out; INK and SEEN are its channels.

    A column of it stands for an upright column of the page: `upright` says which one a pixel of the page belongs to.
    """

    image: Grey
    slant: float
    left: float
    scale: float
    is_reduced: bool
    """Whether the line had to be made so much smaller, to be no longer than a strip, that its digits got too small."""

    def upright_at(self, column: float) -> float:
        """Return the upright column of the page at a column of the strip."""
        return self.left + column * self.scale


def strip(page: Page, line: Line) -> Strip:
    """Return a line as a strip: its digits about 22 pixels high, in the middle of 32."""
    slant = slant_of(line)
    box = joint_box(line.parts) if page.seen is None else _frame(page, line)
    both = _both(page, line, box)
    height, width = both.shape[:2]
    room = abs(slant) * height
    wanted = min(STRIP_DIGIT / line.height, (STRIP_HEIGHT - 2) / height)
    scale = min(wanted, LONGEST_STRIP / (width + room))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    sized = cv2.resize(both, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    before = STRIP_MARGIN + max(-slant, 0.0) * size[1]
    above = (STRIP_HEIGHT - size[1]) // 2
    shear = np.array([[1.0, slant, before], [0.0, 1.0, above]])
    shape = size[0] + round(abs(slant) * size[1]) + 2 * STRIP_MARGIN, STRIP_HEIGHT
    image = np.asarray(cv2.warpAffine(sized, shear, shape, flags=cv2.INTER_LINEAR), np.uint8)
    left, top, *_ = box
    return Strip(image, slant, left + slant * top - before / scale, 1.0 / scale, scale < READABLE_SHARE * wanted)


def _frame(page: Page, line: Line) -> Box:
    """The part of a page around a line in which its digits are looked for, held to be ink or not."""
    _, top, _, height = joint_box(line.parts)
    above = round(ABOVE * line.height)
    first, last = max(0, top - above), min(page.foreground.strength.shape[0], top + height + above)
    return 0, first, page.foreground.strength.shape[1], last - first


def _both(page: Page, line: Line, box: Box) -> Grey:
    """The ink of a line and what is seen within a box around it, uint8 [height, width, 2]."""
    left, top, width, height = box
    ink = page.cut_out(line.parts)
    if page.seen is None:
        return np.stack([ink, ink], axis=-1)
    x, y, wide, high = joint_box(line.parts)
    both = np.zeros((height, width, CHANNELS), np.uint8)
    both[y - top : y - top + high, x - left : x - left + wide, INK] = ink
    both[..., SEEN] = page.seen[top : top + height, left : left + width]
    return both


def upright(part: Part, slant: float) -> NDArray[np.float64]:
    """Return the upright column of each pixel of a part."""
    return np.asarray(part.columns + slant * part.rows, np.float64)


def slant_of(line: Line) -> float:
    """Return how far a line leans to the right: the shear that gathers its foreground in the fullest columns.

    After Vinciarelli and Luettin (2001, "A new normalization technique for cursive handwritten words"), who weigh
    columns in the same spirit.
    """
    rows = np.concatenate([part.rows for part in line.parts])
    columns = np.concatenate([part.columns for part in line.parts])
    best, most = 0.0, -1.0
    for slant in SLANTS:
        places = (columns + slant * rows).astype(np.intp)
        fullness = float((np.bincount(places - places.min()).astype(np.float64) ** 2).sum())
        if fullness > most:
            best, most = float(slant), fullness
    return best
