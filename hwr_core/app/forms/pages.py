"""The empty form: its page as it is stored, and the boxes that are drawn on it."""

from dataclasses import replace

import cv2
import numpy as np

from hwr_core.app.limits import limits_of
from hwr_core.errors import InvalidValue
from hwr_core.images.decode import PageImage, decode_pages
from hwr_core.images.types import Box
from hwr_core.records.forms import FormField
from hwr_core.settings import Settings

LONGER_SIDE = 2048
"""Pixels of the longer side of a stored page, at most: a digit in a field of A4 is then some 40 pixels high."""


def first_page(document: bytes, settings: Settings) -> PageImage:
    """Return the first page of an image, TIFF or PDF. Raises ImageError."""
    page = next(decode_pages(document, limits_of(settings)), None)
    assert page is not None  # a document without pages is refused by its decoder
    return page


def reduced(page: PageImage) -> PageImage:
    """Return a page of the size that is stored, which knows how it was reduced."""
    height, width = page.grey.shape
    factor = LONGER_SIDE / max(height, width)
    if factor >= 1.0:
        return page
    size = max(1, round(width * factor)), max(1, round(height * factor))
    small = np.asarray(cv2.resize(page.grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    return replace(page, grey=small, scale=page.scale / factor)


def within(drawn: FormField, page: PageImage) -> Box:
    """Return the box of a field in pixels of the page, cut off at its sides. Raises InvalidValue: it lies beside it."""
    height, width = page.grey.shape
    left, top, wide, high = (np.array(drawn.box) / page.scale).tolist()
    sides = np.array([[left, top], [left + wide, top + high]])
    (x, y), (right, bottom) = np.clip(np.round(sides), 0, [width, height]).astype(int).tolist()
    if right <= x or bottom <= y:
        raise InvalidValue(f"The field {drawn.name!r} has the box {list(drawn.box)}, which lies beside the page.")
    return x, y, right - x, bottom - y
