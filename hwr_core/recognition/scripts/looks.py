"""Other looks at an image of 28x28 whose first look was unsure: turned and sheared a little, to either side."""

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.images.types import SIDE, Grey

SURE = 0.9
"""A first look of at least this confidence is believed: about one digit in thirty is looked at again."""

TURN, SHEAR = 7.0, 0.12
"""Degrees, and columns a row. Of 7,453 digits by test writers 115 were wrong at one look, 97 of them with these four in
addition; narrower, wider and smaller looks, or ten of all kinds, gave no more. Which script an image is in is not found
out better by them (`notebooks/LOG.md`)."""


def other_looks(image: Grey) -> list[Grey]:
    """Return an image, uint8 28x28, as it looks turned and sheared to either side: four of the same form."""
    turns = [_turned(np.deg2rad(degrees)) for degrees in (TURN, -TURN)]
    shears = [np.array([[1.0, shear], [0.0, 1.0]]) for shear in (SHEAR, -SHEAR)]
    return [_about_centre(image, matrix) for matrix in (*turns, *shears)]


def _turned(angle: float) -> NDArray[np.float64]:
    return np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])


def _about_centre(image: Grey, matrix: NDArray[np.float64]) -> Grey:
    centre = np.full(2, (SIDE - 1) / 2)
    moved = np.column_stack([matrix, centre - matrix @ centre])
    return np.asarray(cv2.warpAffine(image, moved, (SIDE, SIDE), flags=cv2.INTER_LINEAR), np.uint8)
