"""Grey arrays -> images a page can show. Knows no Streamlit."""

import math
from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from dashboard.components.palette import ACCENT, CONTRAST, rgb
from hwr_core.app import Box, Grey, PageImage

WIDEST = 1200

FONT_HEIGHT = 22
"""Pixels of a digit of OpenCV's font at size 1."""

FRAME = 160
"""A grey visible on a light page and on a dark one."""

SUPPORTS, OPPOSES = np.array(rgb(ACCENT), float), np.array(rgb(CONTRAST), float)
"""As red, green, blue."""


def enlarged(seen: Grey, times: int) -> Grey:
    """Enlarge by a whole factor with every pixel left visible as a square; colours stay."""
    return np.repeat(np.repeat(seen, times, axis=0), times, axis=1)


def heat(seen: Grey, saliency: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Lay over the image in colour what supports the answer (blue) and what would count against it (orange).

    Returns uint8 [28, 28, 3].
    """
    most = max(float(np.abs(saliency).max()), 1e-6)
    weight = np.sqrt(np.abs(saliency) / most)[..., None]
    colour = np.where(saliency[..., None] > 0, SUPPORTS, OPPOSES)
    return np.asarray(seen[..., None] * 0.6 * (1 - weight) + colour * weight, np.uint8)


def page_preview(page: PageImage) -> PageImage:
    """Return a page with its longer side at most 1200 pixels."""
    small = shrunk(page.grey, WIDEST)
    return replace(page, grey=small, scale=page.scale * max(page.grey.shape) / max(small.shape))


def boxed(page: PageImage, boxes: Sequence[tuple[Box, str]]) -> NDArray[np.uint8]:
    """Return a page in colour, uint8 [height, width, 3], with a named box around each digit.

    Where a name has no room above its box, the page grows at its top, as bright as most of it.

    Args:
        page: the image.
        boxes: left, top, width and height in pixels of the file as sent, and what stands above each.
    """
    thick = max(1, round(max(page.grey.shape) / 500))
    drawn = [(tuple(round(side / page.scale) for side in box), name) for box, name in boxes]
    room = max(
        (_size_of_name(height) * FONT_HEIGHT + 2 * thick + 3 - top for (_, top, _, height), _ in drawn), default=0
    )
    margin = max(0, math.ceil(room))
    taller = np.pad(page.grey, ((margin, 0), (0, 0)), constant_values=round(float(np.median(page.grey))))
    image = np.repeat(taller[..., None], 3, axis=2)
    for (left, top, width, height), name in drawn:
        corner = (left, top + margin)
        cv2.rectangle(image, corner, (left + width, top + margin + height), SUPPORTS.tolist(), thick, cv2.LINE_AA)
        where, size = (left, top + margin - thick - 3), _size_of_name(height)
        cv2.putText(image, name, where, cv2.FONT_HERSHEY_SIMPLEX, size, OPPOSES.tolist(), thick, cv2.LINE_AA)
    return image


def _size_of_name(height: int) -> float:
    """The font scale of a name above a box of this height, in OpenCV's measure."""
    return max(0.4, min(1.0, height / 60))


def shrunk(grey: Grey, side: int) -> Grey:
    """Reduce so that the longer side is at most `side` pixels; smaller images stay as they are."""
    height, width = grey.shape
    scale = side / max(height, width)
    if scale >= 1:
        return grey
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)


def framed(grey: Grey, side: int) -> Grey:
    """Fit an image, small ones by a whole factor, into a square of `side` pixels with a thin frame around it.

    What it leaves of the square is as bright as most of the image.
    """
    small = shrunk(grey, side)
    small = enlarged(small, max(1, side // max(small.shape)))
    square = np.full((side, side), np.median(small), np.uint8)
    top, left = (side - small.shape[0]) // 2, (side - small.shape[1]) // 2
    square[top : top + small.shape[0], left : left + small.shape[1]] = small
    return np.asarray(cv2.rectangle(square, (0, 0), (side - 1, side - 1), FRAME, 1), np.uint8)
