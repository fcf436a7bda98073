"""The files that a command reads, by the names on its command line."""

import os
import sys
from pathlib import Path

from hwr_core.app.batch import FilePrediction, NamedFile
from hwr_core.cli.options import STDIN_OR_STDOUT
from hwr_core.errors import UnreadableImage


def read_file(name: str, max_bytes: int) -> NamedFile | FilePrediction:
    """Return a file's name and content, one byte more than allowed at most, or why it cannot be opened."""
    printable = os.fsencode(name).decode(errors="backslashreplace")  # a name of any bytes can be printed and kept
    try:
        if name == STDIN_OR_STDOUT:
            if sys.stdin is None:
                return FilePrediction(printable, error=UnreadableImage("There is no standard input."))
            return printable, sys.stdin.buffer.read(max_bytes + 1)
        with Path(name).open("rb") as file:
            return printable, file.read(max_bytes + 1)
    except OSError as error:
        return FilePrediction(printable, error=UnreadableImage(f"The file cannot be opened: {error.strerror}."))
