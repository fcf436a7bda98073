"""Ink on paper: how strong it is at each pixel, and from what strength on it is ink."""

from dataclasses import dataclass

import cv2
import numpy as np

from hwr_core.errors import NoInk
from hwr_core.images.background import FRAME_BORDER
from hwr_core.images.histogram import histogram, inner, level_exceeded_by, median_level
from hwr_core.images.types import Grey

LEAST_CONTRAST, LEAST_UNEVEN_CONTRAST = 10.0, 15.0
"""Ink fainter than this many grey levels below its paper is taken for the paper's own texture; on uneven paper also for
what shows through from its back or was rubbed out."""

LEAST_SNR = 3.5
"""Ink must stand out of the paper by this many times the paper's noise."""

GRAIN_SIGMA = 1.5
"""What a Gaussian of so many pixels takes away is the paper's grain, but for the edges of strokes."""

MOST_UNEVEN = 1.6
"""The paper's noise is at most so many times its grain, coarse grain included; more is shading left over."""

MAD_TO_SIGMA = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""

LEAST_THRESHOLD, MOST_THRESHOLD = 0.2, 0.35
"""Otsu's threshold (1979) is held between these shares of the contrast: above, it would break faint strokes."""

LEAST_INK_PIXELS = 5
LEAST_INK_SHARE = 0.002
"""The contrast of an image is the one that at least so many pixels, and such a share of them, reach."""


@dataclass(frozen=True, slots=True)
class Foreground:
    """Ink found on paper: `strength` (uint8, height x width, 0 is paper) and the `threshold` that parts them.

    `flat_background` says that the paper was taken for one flat tone.
    """

    strength: Grey
    threshold: float
    flat_background: bool


def binarise(grey: Grey, paper: Grey) -> Foreground:
    """Tell ink from paper, whichever of the two is brighter.

    Raises:
        NoInk: nothing stands out of the paper and its noise.
    """
    flat_background = int(paper.min()) == int(paper.max())
    darker = np.asarray(cv2.subtract(paper, grey), np.uint8)
    lighter = np.asarray(cv2.subtract(grey, paper), np.uint8)
    # At the edge of uneven paper lies a cell's frame, darker than any pen: how strong the ink is shows further in.
    within = inner(grey.shape, 0.0 if flat_background else FRAME_BORDER)
    is_dark = cv2.norm(darker[within], cv2.NORM_L2SQR) >= cv2.norm(lighter[within], cv2.NORM_L2SQR)
    strength = darker if is_dark else lighter
    unevenness = median_level(histogram(np.maximum(darker, lighter)[within])) * MAD_TO_SIGMA
    noise = min(unevenness, MOST_UNEVEN * _grain(grey)) if unevenness else 0.0
    shown = strength[within]
    contrast = level_exceeded_by(histogram(shown), max(LEAST_INK_PIXELS, round(shown.size * LEAST_INK_SHARE)))
    if contrast < max(LEAST_CONTRAST if flat_background else LEAST_UNEVEN_CONTRAST, LEAST_SNR * noise):
        raise NoInk("There is no ink on the image.")
    otsu, _ = cv2.threshold(np.ascontiguousarray(shown), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    threshold = min(max(otsu, LEAST_THRESHOLD * contrast), MOST_THRESHOLD * contrast)
    return Foreground(strength, max(threshold, 2.0 * noise), flat_background)


def _grain(grey: Grey) -> float:
    """The standard deviation of the paper's fine noise, in grey levels; shading and shadows are no part of it."""
    fine = np.asarray(cv2.absdiff(grey, cv2.GaussianBlur(grey, (0, 0), GRAIN_SIGMA)), np.uint8)
    return median_level(histogram(fine)) * MAD_TO_SIGMA


def foreground_mask(ink: Foreground) -> Grey:
    """Return where ink is: 255 there and 0 elsewhere, uint8 like its strength."""
    return np.asarray(cv2.threshold(ink.strength, ink.threshold, 255, cv2.THRESH_BINARY)[1], np.uint8)
