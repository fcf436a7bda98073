"""Histograms of grey levels: how many pixels of an image have which."""

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.images.types import Grey


def inner(shape: tuple[int, ...], border: float) -> tuple[slice, slice]:
    """Return the window of an image within a border of this share of its sides."""
    top, left = (round(border * side) for side in shape)
    return np.s_[top : shape[0] - top, left : shape[1] - left]


def histogram(grey: Grey) -> NDArray[np.float32]:
    """Return how many pixels have each of the 256 grey levels."""
    return np.asarray(cv2.calcHist([grey], [0], None, [256], [0, 256]), np.float32).ravel()


def median_level(counts: NDArray[np.float32]) -> int:
    """Return the grey level that half of the pixels do not exceed."""
    reached = np.cumsum(counts)
    return int(np.searchsorted(reached, reached[-1] / 2))


def level_exceeded_by(counts: NDArray[np.float32], pixels: int) -> int:
    """Return the highest grey level that at least so many pixels reach."""
    reached = np.cumsum(counts[::-1])[::-1]
    return int(np.flatnonzero(reached >= pixels)[-1])
