"""How processes that want the same database file let each other in: a waiter shows itself, a holder looks.

A waiter keeps a small file fresh in a folder beside the database. Nothing depends on it: a process that shows or sees
nothing still works, it merely gets in only when the other happens to be idle.
"""

import contextlib
import os
import time
import uuid
from collections.abc import Callable
from pathlib import Path

STALE = 2.0
"""Seconds after which a waiter that no longer refreshes its file counts as gone."""


class WaitingList:
    """The folder of those who wait for one database; one WaitingList object is one would-be waiter."""

    def __init__(self, database: Path, *, wall_clock: Callable[[], float] = time.time) -> None:
        self._folder = database.with_name(f"{database.name}.waiting")
        # Not the PID alone: two containers may share the folder and both be process 1.
        self._ticket = self._folder / f"{os.getpid()}-{uuid.uuid4().hex[:8]}"
        self._wall_clock = wall_clock
        self._inside = False

    def show(self) -> None:
        """Show that we wait, or go on showing it."""
        # Where it cannot be written (full disk) we wait without being seen.
        with contextlib.suppress(OSError):
            self._folder.mkdir(exist_ok=True)
            self._ticket.touch()
            self._inside = True

    def leave(self) -> None:
        """Show no longer that we wait."""
        if not self._inside:
            return
        self._inside = False
        with contextlib.suppress(OSError):  # the folder stays while others wait; a file left behind grows stale
            self._ticket.unlink(missing_ok=True)
            self._folder.rmdir()

    def someone_else_waits(self) -> bool:
        """Whether another process waits now; files of those who died are cleared away on the way."""
        try:
            tickets = list(self._folder.iterdir())
        except OSError:  # no folder: nobody waits
            return False
        return any(self._is_fresh(ticket) for ticket in tickets if ticket != self._ticket)

    def _is_fresh(self, ticket: Path) -> bool:
        with contextlib.suppress(OSError):  # its owner took it away meanwhile
            # The absolute value: after the clock was set back a dead waiter's file would lie in the future for long.
            if abs(self._wall_clock() - ticket.stat().st_mtime) < STALE:
                return True
            ticket.unlink()
        return False
