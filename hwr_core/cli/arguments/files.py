"""The files that a command reads, by the names on its command line."""

import io
import os
import sys
from pathlib import Path

from PIL import ImageGrab

from hwr_core.app.batch import FilePrediction, NamedFile
from hwr_core.cli.arguments.options import STDIN_OR_STDOUT
from hwr_core.errors import UnreadableImage

CLIPBOARD = "<clipboard>"
"""In place of a name: the image in the clipboard."""

NO_CLIPBOARD = "Name a file, such as `hwr read scan.png`, or - for standard input."


def read_file(name: str, max_bytes: int) -> NamedFile | FilePrediction:
    """Return a file's name and content, one byte more than allowed at most, or why it cannot be opened."""
    printable = os.fsencode(name).decode(errors="backslashreplace")  # a name of any bytes can be printed and kept
    try:
        if name == STDIN_OR_STDOUT:
            if sys.stdin is None:
                return FilePrediction(printable, error=UnreadableImage("There is no standard input."))
            return printable, sys.stdin.buffer.read(max_bytes + 1)
        if name == CLIPBOARD:
            return name, _clipboard()
        with Path(name).open("rb") as file:
            return printable, file.read(max_bytes + 1)
    except UnreadableImage as error:
        return FilePrediction(printable, error=error)
    except OSError as error:
        return FilePrediction(printable, error=UnreadableImage(f"The file cannot be opened: {error.strerror}."))


def _clipboard() -> bytes:
    """The image in the clipboard as a PNG file. Raises UnreadableImage where there is none, or no way to ask."""
    try:
        found = ImageGrab.grabclipboard()
    except (NotImplementedError, ChildProcessError) as error:
        raise UnreadableImage(f"The clipboard cannot be read: {error}. {NO_CLIPBOARD}") from error
    if found is None or isinstance(found, list):
        raise UnreadableImage(f"There is no image in the clipboard. {NO_CLIPBOARD}")
    stream = io.BytesIO()
    found.save(stream, "PNG")
    return stream.getvalue()
