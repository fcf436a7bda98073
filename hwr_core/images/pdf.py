"""Pages of a PDF file -> grey arrays, by PDFium.

It works in a process of its own: a file of a kilobyte may say enough to draw for years, PDFium cannot be stopped on the
way, takes one document at a time, and may come down on a damaged one.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from threading import BoundedSemaphore, Thread, Timer
from typing import IO, Any

import numpy as np

from hwr_core.errors import ImageTooLarge, UnreadableImage
from hwr_core.images.types import Grey

MARK, MARK_WITHIN = b"%PDF-", 1024
"""A PDF file begins with this, or with a little of something else before it."""

PAGE_SECONDS = 15.0
"""Time that a page may take to be drawn; an ordinary one takes some hundredths of a second."""

_at_once = BoundedSemaphore(4)
"""Processes that draw at the same time; others wait, so that many documents take no more memory than few."""


def is_pdf(document: bytes) -> bool:
    """Tell whether a file calls itself PDF."""
    return MARK in document[:MARK_WITHIN]


def pages_of_pdf(document: bytes, *, max_pages: int, max_pixels: int) -> Iterator[tuple[Grey, float, int]]:
    """Yield each page as grey, uint8 height x width, the factor to the pixels of 200 an inch, and how many there are.

    A page is drawn with at most so many pixels, while the one before it is used: one more than that is held at a time.

    Raises:
        UnreadableImage: the file is damaged or locked with a password, or a page takes too long to be drawn.
        ImageTooLarge: more pages than allowed.
    """
    with _at_once, _drawing(document, max_pages, max_pixels) as drawn:
        count = int(_message(drawn)["pages"])
        if count > max_pages:
            raise ImageTooLarge(f"The document has {count} pages; at most {max_pages} are allowed.")
        for _ in range(count):
            yield *_page(drawn), count


@contextmanager
def _drawing(document: bytes, max_pages: int, max_pixels: int) -> Iterator["_Drawn"]:
    """Start the process; it ends with the block, whatever it is at."""
    command = [sys.executable, "-P", "-m", "hwr_core.images.pdf_drawing", str(max_pages), str(max_pixels)]
    with subprocess.Popen(  # noqa: S603  our own program
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
    ) as process:
        assert process.stdin is not None  # we asked for both
        assert process.stdout is not None
        # By a thread of its own: the process may answer before it has taken the whole file.
        handing = Thread(target=_hand_over, args=(process.stdin, document), daemon=True)
        handing.start()
        try:
            yield _Drawn(process, process.stdout)
        finally:
            process.kill()
            handing.join()


class _Drawn:
    """The output of the process, each part within its time."""

    def __init__(self, process: subprocess.Popen[bytes], output: IO[bytes]) -> None:
        self._process = process
        self._output = output
        self._late = False

    def line(self) -> bytes:
        """Return the next line. Raises UnreadableImage."""
        return self._timely(self._output.readline)

    def exactly(self, size: int) -> bytes:
        """Return so many bytes. Raises UnreadableImage."""
        return self._timely(lambda: self._output.read(size), size)

    def _timely(self, read: Callable[[], bytes], size: int = 1) -> bytes:
        timer = Timer(PAGE_SECONDS, self._give_up)
        timer.start()
        try:
            found = read()
        finally:
            timer.cancel()
        if len(found) < size:
            why = f"a page takes more than {PAGE_SECONDS:.0f} seconds to be drawn" if self._late else "it is damaged"
            raise UnreadableImage(f"The PDF cannot be read: {why}.")
        return found

    def _give_up(self) -> None:
        self._late = True
        self._process.kill()


def _message(drawn: _Drawn) -> dict[str, Any]:
    message: dict[str, Any] = json.loads(drawn.line())
    if message.get("damaged"):
        raise UnreadableImage("The PDF is damaged or locked with a password.")
    return message


def _page(drawn: _Drawn) -> tuple[Grey, float]:
    message = _message(drawn)
    width, height, stride = message["width"], message["height"], message["stride"]
    rows = np.frombuffer(drawn.exactly(stride * height), np.uint8).reshape(height, stride)
    return rows[:, :width].copy(), message["factor"]


def _hand_over(stdin: IO[bytes], document: bytes) -> None:
    # The process may end before it has taken all; its last message says why.
    with suppress(OSError), stdin:
        stdin.write(document)
