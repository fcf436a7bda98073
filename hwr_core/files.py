"""Files that processes share: replaced whole or not at all, and locks that end with the process that holds them."""

import os
import shutil
import struct
import sys
import tempfile
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import file_digest
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
"""What Python's zipfile raises for damaged archives: it checks few of the numbers in them."""

UNFINISHED = ".unfinished-"
"""Prefix of a file that is being written; a killed process may leave one behind."""

ALIVE = "alive"
"""The file in a work folder whose lock its process holds."""

STALE = 60.0
"""Seconds after which what has no lock belongs to nobody: no file takes so long to be written."""


def hash_file(path: Path) -> str:
    """Return the SHA-256 of a file's content, in hex. Raises OSError."""
    with path.open("rb") as stream:
        return file_digest(stream, "sha256").hexdigest()


@contextmanager
def zip_damage_as(words: str) -> Iterator[None]:
    """Raise InvalidValue with these words where a ZIP archive that is read in the block is damaged."""
    try:
        yield
    except HwrError:
        raise
    except ZIP_DAMAGE as error:
        raise InvalidValue(words) from error
    except OSError as error:
        if error.errno is not None:  # an error of the disk; bzip2 reports damaged data as an OSError without a number
            raise
        raise InvalidValue(words) from error


def because(error: Exception) -> str:
    """Return what the system says of a file, to end a sentence with; no path, and nothing for errors of other kinds."""
    return f": {error.strerror}" if isinstance(error, OSError) and error.strerror else ""


def write_whole(file: Path, content: bytes) -> None:
    """Replace the content of a file atomically: a reader sees the old or the new one, also after a power cut."""
    handle, aside = tempfile.mkstemp(prefix=UNFINISHED, dir=file.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(aside).chmod(0o644)
        Path(aside).replace(file)
        _keep_names_of(file.parent)
    except BaseException:
        Path(aside).unlink(missing_ok=True)
        raise


def _keep_names_of(folder: Path) -> None:
    """Make the names in a folder last, as fsync makes a file's content; Windows cannot, and need not."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def remove_unfinished(folder: Path) -> None:
    """Remove files of `write_whole` that killed processes have left; not those that are just being written."""
    for file in folder.glob(f"{UNFINISHED}*"):
        with suppress(FileNotFoundError):  # finished, or removed by another process
            if time.time() - file.stat().st_mtime > STALE:
                file.unlink()


@contextmanager
def work_folder(folder: Path, kind: str) -> Iterator[Path]:
    """Yield a new folder for work in progress, below another; `remove_dead` removes it where the process is killed."""
    folder.mkdir(parents=True, exist_ok=True)
    own = Path(tempfile.mkdtemp(prefix=f"{kind}-", dir=folder))
    try:
        with locked(own / ALIVE):
            yield own
    finally:
        shutil.rmtree(own, ignore_errors=True)


def remove_dead(folder: Path) -> list[str]:
    """Remove work folders whose processes have ended without removing them, and return their names."""
    removed: list[str] = []
    for own in folder.iterdir() if folder.is_dir() else ():
        with suppress(FileNotFoundError):  # another process was faster
            if _is_dead(own):
                shutil.rmtree(own)
                removed.append(own.name)
    return removed


def _is_dead(own: Path) -> bool:
    if not (own / ALIVE).exists():  # it was killed before it took its lock, or is about to take it
        return time.time() - own.stat().st_mtime > STALE
    descriptor = os.open(own / ALIVE, os.O_RDWR)
    try:
        return lock(descriptor, wait=False)
    finally:
        os.close(descriptor)


@contextmanager
def locked(file: Path) -> Iterator[None]:
    """Hold the lock on a file, waiting for it; no other thread or process can hold it meanwhile.

    The file is never removed: two processes could each hold "the" lock if one of them removed it.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        lock(descriptor, wait=True)
        yield
    finally:
        os.close(descriptor)  # releases the lock, as the end of the process would


def lock(descriptor: int, *, wait: bool, shared: bool = False) -> bool:
    """Try to lock an open file, and return whether we hold the lock; file systems without locks always grant it.

    A shared lock is held beside other shared ones; Windows, which has none, grants it without a look.
    """
    try:
        if sys.platform == "win32":
            if shared:
                return True
            msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        else:
            # Not lockf: its locks belong to the process, so a second holder in the same one would pass too.
            kind = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
            fcntl.flock(descriptor, kind if wait else kind | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # held by another: POSIX, Windows
        return False
    except OSError:
        return True
    return True
