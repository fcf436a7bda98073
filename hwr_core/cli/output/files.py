"""Files that a command writes: whole, or not at all."""

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from hwr_core.cli.arguments.options import STDIN_OR_STDOUT
from hwr_core.errors import InvalidValue


def write_file(content: Iterable[bytes], output: str) -> None:
    """Write pieces of a file to a name, or to standard output for a dash. Raises InvalidValue."""
    with _opened(output) as stream:
        for piece in content:
            stream.write(piece)


@contextmanager
def _opened(output: str) -> Iterator[BinaryIO]:
    """Open the output for writing; a file appears under its name only when it is complete."""
    if output == STDIN_OR_STDOUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    target = Path(output)
    try:
        handle, aside = tempfile.mkstemp(prefix=".export-", dir=target.parent)
    except OSError as error:
        raise InvalidValue(f"The file {output!r} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        Path(aside).chmod(0o644)
        Path(aside).replace(target)
    except OSError as error:
        raise InvalidValue(f"The file {output!r} cannot be written: {error.strerror}.") from error
    finally:
        Path(aside).unlink(missing_ok=True)
