"""How processes open and close the same database file one at a time.

DuckDB (2.0) reads a file's header before it locks the file and not again after. An opener that pauses between the two
while the holder checkpoints and closes goes on with the old header: it misses the rows the other committed last, finds
blocks that were written anew, and destroys them with its next checkpoint. In the same way two may make one new file.
So whoever opens or closes the database has this passage to himself; while it is merely held open, the passage is free.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl


@contextmanager
def passage(database: Path, *, wait: bool) -> Iterator[bool]:
    """Keep others from opening and closing the database meanwhile; yields False where one does so and we do not wait.

    The lock file stays for ever: two processes could each hold "the" lock if one of them removed it.
    """
    try:
        descriptor = os.open(database.with_name(f"{database.name}.lock"), os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:  # a read-only or full disk, a folder that is gone: DuckDB's own lock has to do, or it says why
        yield True
        return
    try:
        yield _lock(descriptor, wait=wait)
    finally:
        os.close(descriptor)  # gives the lock up, as the end of the process does


def _lock(descriptor: int, *, wait: bool) -> bool:
    """Whether the lock is ours now; a file system that knows no locks counts as nobody being there."""
    try:
        if sys.platform == "win32":
            msvcrt.locking(descriptor, msvcrt.LK_LOCK if wait else msvcrt.LK_NBLCK, 1)
        else:
            # Not lockf: its locks belong to the process, so a second Store of ours would pass too.
            fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):  # taken, as POSIX and as Windows say it
        return False
    except OSError:
        return True
    return True
