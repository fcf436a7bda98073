"""What the grey levels of an image say: how many pixels have which."""

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.images.types import Grey


def inner(shape: tuple[int, ...], border: float) -> tuple[slice, slice]:
    """The part of an image within a border of that share of its sides."""
    top, left = (round(border * side) for side in shape)
    return np.s_[top : shape[0] - top, left : shape[1] - left]


def histogram(levels: Grey) -> NDArray[np.float32]:
    """How many pixels have each of the 256 levels."""
    return np.asarray(cv2.calcHist([levels], [0], None, [256], [0, 256]), np.float32).ravel()


def median_level(counts: NDArray[np.float32]) -> int:
    """The level that half of the pixels do not exceed."""
    reached = np.cumsum(counts)
    return int(np.searchsorted(reached, reached[-1] / 2))


def level_exceeded_by(counts: NDArray[np.float32], pixels: int) -> int:
    """The highest level that at least so many pixels reach."""
    reached = np.cumsum(counts[::-1])[::-1]
    return int(np.flatnonzero(reached >= pixels)[-1])
