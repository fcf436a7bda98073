"""A line of digits -> a strip of its foreground, made upright, as the network of lines reads it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.images.lines.page import Line, Page, Part, joint_box
from hwr_core.images.types import Grey

STRIP_HEIGHT, STRIP_DIGIT, STRIP_MARGIN = 32, 22, 8
"""Pixels of a strip: its height, that of its digits unless the line needs more room, and the margin at both ends."""

LONGEST_STRIP = 4096
"""Pixels; a longer line is narrowed to it."""

READABLE_SHARE = 0.8
"""A line narrowed below this share of its width is worth a warning."""

SLANTS = np.linspace(-0.3, 0.8, 23)
"""How far digits may lean to the right: columns to a row."""


@dataclass(frozen=True, slots=True)
class Strip:
    """A line, uint8 [32, width], ink bright on black, its slant taken out.

    A column of it stands for an upright column of the page: `upright` says which one a pixel of the page belongs to.
    """

    image: Grey
    slant: float
    left: float
    scale: float

    def upright_at(self, column: float) -> float:
        """Return the upright column of the page at a column of the strip."""
        return self.left + column * self.scale


def strip(page: Page, line: Line) -> Strip:
    """Return a line as a strip: its digits about 22 pixels high, in the middle of 32."""
    slant = slant_of(line)
    foreground = page.cut_out(line.parts)
    height, width = foreground.shape
    room = abs(slant) * height
    scale = min(STRIP_DIGIT / line.height, (STRIP_HEIGHT - 2) / height, LONGEST_STRIP / (width + room))
    size = max(1, round(width * scale)), max(1, round(height * scale))
    sized = cv2.resize(foreground, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    before = STRIP_MARGIN + max(-slant, 0.0) * size[1]
    above = (STRIP_HEIGHT - size[1]) // 2
    shear = np.array([[1.0, slant, before], [0.0, 1.0, above]])
    shape = size[0] + round(abs(slant) * size[1]) + 2 * STRIP_MARGIN, STRIP_HEIGHT
    image = np.asarray(cv2.warpAffine(sized, shear, shape, flags=cv2.INTER_LINEAR), np.uint8)
    left, top, *_ = joint_box(line.parts)
    return Strip(image, slant, left + slant * top - before / scale, 1.0 / scale)


def is_too_long(line: Line) -> bool:
    """Whether a line has to be narrowed so much, to be no longer than a strip, that its digits get too small."""
    _, _, width, height = joint_box(line.parts)
    wanted = min(STRIP_DIGIT / line.height, (STRIP_HEIGHT - 2) / height)
    return READABLE_SHARE * wanted * width > LONGEST_STRIP


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
