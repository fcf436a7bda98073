"""Pages of a PDF file -> grey arrays, by PDFium."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

import numpy as np
import pypdfium2 as pdfium

from hwr_core.errors import PictureTooLarge, UnreadablePicture
from hwr_core.records import Grey

MARK, MARK_WITHIN = b"%PDF-", 1024
"""A PDF file begins with this, or with a little of something else before it."""

POINTS, RESOLUTION = 72, 200
"""Points in an inch, and the pixels an inch that a page is drawn with."""

_one_at_a_time = Lock()
"""PDFium is not thread-safe, not even for different documents."""


def is_pdf(document: bytes) -> bool:
    """Tell whether a file calls itself PDF."""
    return MARK in document[:MARK_WITHIN]


def pages_of_pdf(document: bytes, *, max_pages: int, max_pixels: int) -> Iterator[tuple[Grey, float, int]]:
    """Yield each page as grey, uint8 height x width, the factor to the pixels of 200 an inch, and how many there are.

    A page is drawn with at most so many pixels. Each is drawn when it is asked for, so that one is held at a time.

    Raises:
        UnreadablePicture: the file is damaged or locked with a password.
        PictureTooLarge: more pages than allowed.
    """
    with _opened(document) as pdf:
        count = len(pdf)
    if count > max_pages:
        raise PictureTooLarge(f"The document has {count} pages; at most {max_pages} are allowed.")
    for number in range(count):
        with _opened(document) as pdf:
            grey, scale = _draw(pdf[number], max_pixels)
        yield grey, scale, count


@contextmanager
def _opened(document: bytes) -> Iterator[pdfium.PdfDocument]:
    with _one_at_a_time:
        try:
            with pdfium.PdfDocument(document) as pdf:
                yield pdf
        except pdfium.PdfiumError as error:
            raise UnreadablePicture("The PDF is damaged or locked with a password.") from error


def _draw(page: pdfium.PdfPage, max_pixels: int) -> tuple[Grey, float]:
    width, height = page.get_size()
    full = RESOLUTION / POINTS
    scale = min(full, (max_pixels / max(width * height, 1.0)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    pixels: Grey = np.array(bitmap.to_numpy()).reshape(bitmap.height, bitmap.width)
    return pixels, full / scale
