"""Pages of a PDF file -> grey arrays, by PDFium."""

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


def render_pdf(document: bytes, *, max_pages: int, max_pixels: int) -> list[Grey]:
    """Return each page as grey, uint8 height x width, at 200 pixels an inch, or fewer where a page is large.

    Raises:
        UnreadablePicture: the file is damaged or locked with a password.
        PictureTooLarge: more pages than allowed.
    """
    with _one_at_a_time:
        try:
            with pdfium.PdfDocument(document) as pdf:
                if len(pdf) > max_pages:
                    raise PictureTooLarge(f"The document has {len(pdf)} pages; at most {max_pages} are allowed.")
                return [_render(page, max_pixels) for page in pdf]
        except pdfium.PdfiumError as error:
            raise UnreadablePicture("The PDF is damaged or locked with a password.") from error


def _render(page: pdfium.PdfPage, max_pixels: int) -> Grey:
    width, height = page.get_size()
    scale = min(RESOLUTION / POINTS, (max_pixels / max(width * height, 1.0)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    pixels: Grey = np.array(bitmap.to_numpy()).reshape(bitmap.height, bitmap.width)
    return pixels
