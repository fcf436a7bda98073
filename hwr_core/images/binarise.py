"""Image and background -> foreground: how strongly each pixel stands out, and the threshold above which it counts."""

from dataclasses import dataclass
from functools import cached_property

import cv2
import numpy as np

from hwr_core.errors import NoInk
from hwr_core.images.background import FRAME_BORDER
from hwr_core.images.components import Components
from hwr_core.images.histogram import histogram, inner, level_exceeded_by, median_level
from hwr_core.images.types import Grey

LEAST_CONTRAST, LEAST_UNEVEN_CONTRAST = 10.0, 15.0
"""What differs from its background by fewer grey levels is taken for the background's texture; on an uneven background
also for what shows through from the back of a sheet or was rubbed out."""

LEAST_SNR = 3.5
"""The foreground must stand out of the background by this many times the background's noise."""

GRAIN_SIGMA = 1.5
"""What a Gaussian of so many pixels removes is the background's grain, apart from the edges of strokes."""

MOST_UNEVEN = 1.6
"""The background's noise is at most so many times its grain, coarse grain included; more is shading left over."""

MAD_TO_SIGMA = 1.4826
"""Standard deviation of a normal distribution over its median absolute deviation."""

LEAST_THRESHOLD, MOST_THRESHOLD = 0.2, 0.35
"""Otsu's threshold (1979) is held between these shares of the contrast: above, it would break faint strokes."""

LEAST_PIXELS, LEAST_SHARE = 5, 0.002
"""The contrast of an image is the one that at least so many pixels, and such a share of them, reach."""


@dataclass(frozen=True)  # without slots, for the cached properties
class Foreground:
    """What stands out of the background: `strength` (uint8, height x width, 0 is background) and its `threshold`.

    `flat_background` tells whether the background was taken for one flat tone.
    """

    strength: Grey
    threshold: float
    flat_background: bool

    @cached_property
    def mask(self) -> Grey:
        """The binary image: 255 where the foreground is and 0 elsewhere, uint8."""
        return np.asarray(cv2.threshold(self.strength, self.threshold, 255, cv2.THRESH_BINARY)[1], np.uint8)

    @cached_property
    def components(self) -> Components:
        """The connected components of the mask; more than one stage asks for them."""
        return Components.of(self.mask)


def binarise(grey: Grey, background: Grey) -> Foreground:
    """Tell the foreground from the background, whichever of the two is brighter.

    Raises:
        NoInk: nothing stands out of the background and its noise.
    """
    is_flat = int(background.min()) == int(background.max())
    darker = np.asarray(cv2.subtract(background, grey), np.uint8)
    lighter = np.asarray(cv2.subtract(grey, background), np.uint8)
    # A cell's frame at the edge of an uneven background is darker than any pen: the contrast is measured further in.
    within = inner(grey.shape, 0.0 if is_flat else FRAME_BORDER)
    is_dark = cv2.norm(darker[within], cv2.NORM_L2SQR) >= cv2.norm(lighter[within], cv2.NORM_L2SQR)
    strength = darker if is_dark else lighter
    unevenness = median_level(histogram(np.maximum(darker, lighter)[within])) * MAD_TO_SIGMA
    noise = min(unevenness, MOST_UNEVEN * _grain(grey)) if unevenness else 0.0
    measured = strength[within]
    contrast = level_exceeded_by(histogram(measured), max(LEAST_PIXELS, round(measured.size * LEAST_SHARE)))
    if contrast < max(LEAST_CONTRAST if is_flat else LEAST_UNEVEN_CONTRAST, LEAST_SNR * noise):
        raise NoInk("The image is blank.")
    otsu, _ = cv2.threshold(np.ascontiguousarray(measured), 0, 255, cv2.THRESH_BINARY | cv2.THRESH_OTSU)
    threshold = min(max(otsu, LEAST_THRESHOLD * contrast), MOST_THRESHOLD * contrast)
    return Foreground(strength, max(threshold, 2.0 * noise), is_flat)


def _grain(grey: Grey) -> float:
    """The standard deviation of the background's fine noise, in grey levels, without shading and shadows."""
    fine = np.asarray(cv2.absdiff(grey, cv2.GaussianBlur(grey, (0, 0), GRAIN_SIGMA)), np.uint8)
    return median_level(histogram(fine)) * MAD_TO_SIGMA
