"""The waiting list of a database file: processes that wait for it enter themselves, and the one that holds it looks.

A waiting process keeps touching a small file in a folder beside the database. Correctness does not depend on it:
without the list a process still gets the database, but only when the other happens to be idle.
"""

import contextlib
import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path

STALE = 2.0
"""Seconds after which a process that no longer touches its file counts as gone."""


class WaitingList:
    """The waiting list of one database; each WaitingList object is one process, or store, that may wait."""

    def __init__(self, database: Path, *, wall_clock: Callable[[], float] = time.time) -> None:
        self._folder = database.with_name(f"{database.name}.waiting")
        # Not the PID alone: two containers may share the folder and both be process 1.
        self._entry = self._folder / f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._wall_clock = wall_clock
        self._entered = False

    def enter(self) -> None:
        """Enter ourselves, or refresh our entry."""
        # Where the file cannot be written (full disk) we wait without an entry.
        with contextlib.suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            self._entry.touch()
            self._entered = True

    def leave(self) -> None:
        """Remove our entry."""
        if not self._entered:
            return
        self._entered = False
        with contextlib.suppress(OSError):  # the folder stays while others wait; a file left behind becomes stale
            self._entry.unlink(missing_ok=True)
            self._folder.rmdir()

    def others_wait(self) -> bool:
        """Whether another process waits; entries of dead processes are removed."""
        try:
            entries = list(self._folder.iterdir())
        except OSError:  # no folder: nobody waits
            return False
        return any(self._is_fresh(entry) for entry in entries if entry != self._entry)

    def _is_fresh(self, entry: Path) -> bool:
        with contextlib.suppress(OSError):  # removed by its owner meanwhile
            # The absolute value: when the clock was set back, the file of a dead process lies in the future for long.
            if abs(self._wall_clock() - entry.stat().st_mtime) < STALE:
                return True
            entry.unlink()
        return False
