"""How processes open and close the same database file one at a time.

DuckDB (2.0) reads a file's header before it locks the file and not again after. An opener that pauses between the two
while the holder checkpoints and closes goes on with the old header: it misses the rows the other committed last, finds
blocks that were written anew, and destroys them with its next checkpoint. In the same way two may make one new file.
So whoever opens or closes the database has this passage to himself; while it is merely held open, the passage is free.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hwr_core.files import lock


@contextmanager
def opening_lock(database: Path, *, wait: bool) -> Iterator[bool]:
    """Keep others from opening and closing the database meanwhile; yields False where one does so and we do not wait.

    The lock file stays for ever: two processes could each hold "the" lock if one of them removed it.
    """
    try:
        descriptor = os.open(database.with_name(f"{database.name}.lock"), os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:  # a read-only or full disk, a folder that is gone: DuckDB's own lock has to do, or it says why
        yield True
        return
    try:
        yield lock(descriptor, wait=wait)
    finally:
        os.close(descriptor)  # gives the lock up, as the end of the process does


def unfinished_restore(data_dir: Path) -> Path:
    """The note that lies in a data folder while its files are being exchanged: until then its history is no whole."""
    return data_dir / "restore.json"
