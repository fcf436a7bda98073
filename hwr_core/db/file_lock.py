"""The opening lock: processes open and close the same database file one at a time.

DuckDB (2.0) reads a file's header before it locks the file and not again afterwards. A process that pauses between the
two while another one checkpoints and closes goes on with the old header: it misses the rows that the other committed
last, finds blocks that were overwritten, and destroys them with its next checkpoint. In the same way two processes may
create one new file. So whoever opens or closes the database holds this lock; it is free while the database is open.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hwr_core.files import lock


@contextmanager
def opening_lock(database: Path, *, wait: bool) -> Iterator[bool]:
    """Hold the opening lock; yield False where another process holds it and `wait` is false.

    The lock file is never removed: two processes could each hold "the" lock if one of them removed it.
    """
    try:
        descriptor = os.open(database.with_name(f"{database.name}.lock"), os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:  # read-only or full disk, missing folder: DuckDB's own lock has to do, or its error says why
        yield True
        return
    try:
        yield lock(descriptor, wait=wait)
    finally:
        os.close(descriptor)  # releases the lock, as the end of the process would


def unfinished_restore(data_dir: Path) -> Path:
    """The file in a data folder that says that a restore is not finished: until it is, the history is incomplete."""
    return data_dir / "restore.json"
