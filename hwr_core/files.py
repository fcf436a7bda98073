"""Files that processes share: replaced whole or not at all, and locks that end with their holder."""

import os
import struct
import sys
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from lzma import LZMAError
from pathlib import Path
from zipfile import BadZipFile

from hwr_core.errors import HwrError, InvalidValue

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

ZIP_DAMAGE = (
    BadZipFile,
    EOFError,
    IndexError,
    LZMAError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What Python's zipfile raises for archives with single bytes changed: it checks few of the numbers in them."""

UNFINISHED = ".unfinished-"
"""What the name of a file begins with while it is being written; a process that is killed may leave one."""


@contextmanager
def zip_damage_as(words: str) -> Iterator[None]:
    """Say in these words, as InvalidValue, that a ZIP archive which is read in the block is damaged."""
    try:
        yield
    except HwrError:
        raise
    except ZIP_DAMAGE as error:
        raise InvalidValue(words) from error
    except OSError as error:
        if error.errno is not None:  # the disk's; bzip2 says of damaged data that it is an OSError, without a number
            raise
        raise InvalidValue(words) from error


def write_whole(file: Path, content: bytes) -> None:
    """Give a file this content: whoever looks sees the old one or the new one, also after a power cut."""
    handle, aside = tempfile.mkstemp(prefix=UNFINISHED, dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(aside).chmod(0o644)
        Path(aside).replace(file)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Keep every other thread and process that locks the same file out meanwhile; waits for its turn.

    The file stays for ever: two processes could each hold "the" lock if one of them removed it.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        lock(descriptor, wait=True)
        yield
    finally:
        os.close(descriptor)  # gives the lock up, as the end of the process does


def lock(descriptor: int, *, wait: bool) -> bool:
    """Whether the lock on an open file is ours now; a file system that knows no locks counts as nobody being there."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        else:
            # Not lockf: its locks belong to the process, so a second holder in the same one would pass too.
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # taken, as POSIX and as Windows say it
        return False
    except OSError:
        return True
    return True
