"""Draws the pages of one PDF file, in a process of its own.

It is started as `python -m hwr_core.images.pdf_drawing MAX_PAGES MAX_PIXELS`. The file comes by standard input. Out go
a line of JSON that tells how many pages there are, or what is wrong, and for each page a line of JSON and its grey
pixels, row by row.
"""

import json
import sys
from typing import BinaryIO

import pypdfium2 as pdfium

POINTS, RESOLUTION = 72, 200
"""Points in an inch, and the pixels an inch that a page is drawn with."""


def main(max_pages: int, max_pixels: int) -> None:
    """Draw all pages, unless there are more than allowed."""
    out = sys.stdout.buffer
    try:
        with pdfium.PdfDocument(sys.stdin.buffer.read()) as pdf:
            _tell(out, pages=len(pdf))
            for number in range(len(pdf) if len(pdf) <= max_pages else 0):
                _draw(pdf[number], max_pixels, out)
    except pdfium.PdfiumError:
        _tell(out, damaged=True)


def _draw(page: pdfium.PdfPage, max_pixels: int, out: BinaryIO) -> None:
    width, height = page.get_size()
    full = RESOLUTION / POINTS
    scale = min(full, (max_pixels / max(width * height, 1.0)) ** 0.5)
    bitmap = page.render(scale=scale, grayscale=True)
    _tell(out, width=bitmap.width, height=bitmap.height, stride=bitmap.stride, factor=full / scale)
    out.write(bytes(bitmap.buffer))
    out.flush()


def _tell(out: BinaryIO, **values: float) -> None:
    out.write(json.dumps(values).encode() + b"\n")
    out.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
