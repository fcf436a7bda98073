"""Sizes and places: an image to its working size, and the foreground into MNIST's box and to the middle of 28x28."""

from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.images.types import SIDE, Grey

Scalar = TypeVar("Scalar", bound=np.generic)

BOX = 20
"""Pixels of the longer side of a digit in the 28x28."""

WORKING_SIDE = 192
"""Images are reduced by a whole factor until their longer side is at most this."""

SMALLEST_SIDE = 56
"""Images whose longer side is below this are enlarged to it, so that a box can be placed between their pixels."""


def edge_of(image: NDArray[Scalar]) -> NDArray[Scalar]:
    """Return the pixels along all four sides of an image; those in its corners count twice."""
    return np.concatenate([image[0], image[-1], image[:, 0], image[:, -1]])


def resize_to_work(grey: Grey) -> Grey:
    """Reduce a large image, or enlarge a tiny one, to a size at which the later stages are quick and exact."""
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


def fit_to_box(foreground: Grey) -> Grey:
    """Scale to 20 px on the longer side, aspect ratio kept, and stretch the brightest pixel to 255."""
    height, width = foreground.shape
    scale = BOX / max(height, width)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    boxed = cv2.resize(foreground, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR)
    return np.asarray(cv2.convertScaleAbs(boxed, alpha=255.0 / max(int(boxed.max()), 1)), np.uint8)


def centre(boxed: Grey) -> Grey:
    """Place the box on 28x28 so that its centre of mass lies in the middle, as far as the box stays inside."""
    height, width = boxed.shape
    moments = cv2.moments(boxed)
    middle = np.array([moments["m01"], moments["m10"]]) / max(moments["m00"], 1.0)
    room = np.array([SIDE - height, SIDE - width])
    top, left = np.clip(np.round((SIDE - 1) / 2 - middle), 0, room).astype(int)
    centred = np.zeros((SIDE, SIDE), np.uint8)
    centred[top : top + height, left : left + width] = boxed
    return centred
