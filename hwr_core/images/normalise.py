"""Grey image -> the 28x28 that the model reads: ink bright on black, in a 20 px box, centre of mass in the middle.

The target is MNIST's own geometry (LeCun et al., 1998, "Gradient-based learning applied to document recognition").
Each step is a pure function that a page or a notebook can show; `normalise` is their composition and nothing more.
"""

import cv2
import numpy as np

from hwr_core.errors import InvalidValue
from hwr_core.images.background import estimate_background
from hwr_core.images.binarise import Foreground, binarise
from hwr_core.images.foreground import clean_foreground, cut_out
from hwr_core.images.ruled_lines import remove_ruled_lines
from hwr_core.images.types import SIDE, Grey

BOX = 20

MAX_ENHANCEMENT = 3.0

WORKING_SIDE = 192
"""Images are reduced by a whole factor until their longer side is at most this."""

SMALLEST_SIDE = 56
"""Images whose longer side is below this are enlarged to it, so that a box can be placed between their pixels."""


def normalise(grey: Grey, enhancement_level: float = 1.0) -> Grey:
    """Return the 28x28 (uint8, ink bright on black) that the model reads.

    Args:
        grey: uint8, height x width, dark on light or light on dark.
        enhancement_level: 0 to 3. At 0 the paper is taken as one flat tone; up to 1 (the default) its shading is
            evened out more and more; above 1 the image is smoothed too, and larger specks are wiped off (2 suits
            noisy photos).

    Raises:
        NoInk: blank paper or mere noise.
        InvalidValue: `enhancement_level` is outside 0 to 3.
    """
    ink = foreground_of(resize_to_work(grey), enhancement_level)
    return centre(fit_to_box(cut_out(ink, clean_foreground(ink, enhancement_level))))


def foreground_of(sized: Grey, enhancement_level: float) -> Foreground:
    """Return the ink on an image in working size, without the paper's own lines. Raises what `normalise` raises."""
    check_enhancement_level(enhancement_level)
    smooth = denoise(sized, enhancement_level)
    return remove_ruled_lines(binarise(smooth, estimate_background(smooth, enhancement_level)))


def check_enhancement_level(level: float) -> None:
    """Refuse a level that is no number from 0 to 3."""
    if not 0.0 <= level <= MAX_ENHANCEMENT:
        raise InvalidValue(f"enhancement_level is {level}; a number from 0 to {MAX_ENHANCEMENT:g} is allowed.")


def resize_to_work(grey: Grey) -> Grey:
    """Reduce a large image, or enlarge a tiny one, to a size at which the later steps are quick and exact."""
    height, width = grey.shape
    longer = max(height, width)
    if longer < SMALLEST_SIDE:
        scale = SMALLEST_SIDE / longer
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    factor = -(-longer // WORKING_SIDE)
    if factor == 1:
        return grey
    size = (max(1, width // factor), max(1, height // factor))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def denoise(grey: Grey, enhancement_level: float) -> Grey:
    """Smooth by a Gaussian of `enhancement_level - 1` pixels; up to level 1 the image stays as it is."""
    sigma = enhancement_level - 1.0
    if sigma <= 0.0:
        return grey
    return np.asarray(cv2.GaussianBlur(grey, (0, 0), sigma), np.uint8)


def fit_to_box(writing: Grey) -> Grey:
    """Scale to 20 px on the longer side, aspect kept, and stretch the brightest ink to 255."""
    height, width = writing.shape
    scale = BOX / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    boxed = cv2.resize(writing, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return np.asarray(cv2.convertScaleAbs(boxed, alpha=255.0 / max(int(boxed.max()), 1)), np.uint8)


def centre(boxed: Grey) -> Grey:
    """Place the box on 28x28 so that its centre of mass lies in the middle, as far as the box stays inside."""
    height, width = boxed.shape
    moments = cv2.moments(boxed)
    middle = np.array([moments["m01"], moments["m10"]]) / max(moments["m00"], 1.0)
    room = np.array([SIDE - height, SIDE - width])
    top, left = np.clip(np.round((SIDE - 1) / 2 - middle), 0, room).astype(int)
    seen = np.zeros((SIDE, SIDE), np.uint8)
    seen[top : top + height, left : left + width] = boxed
    return seen
