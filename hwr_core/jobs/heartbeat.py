"""The heartbeat of the jobs that a server runs: where servers share a database, the others see by it that it lives.

A server that is cut off from the database stops its own jobs before another one may take it for dead: no job ever runs
twice at once, whichever of them is right.
"""

import logging
import os
import socket
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Lock, Thread

from hwr_core.errors import HwrError
from hwr_core.jobs.report import GRACE
from hwr_core.jobs.table import Jobs

log = logging.getLogger(__name__)

BEAT = 2.0
"""Seconds between two beats."""
FENCE = 15.0
"""Seconds without a beat that was written, after which a server stops its jobs: it may be cut off."""
DEAD = FENCE + GRACE + 10.0
"""Seconds without a beat after which a server counts as dead: its jobs have stopped by then, or were killed."""


def new_owner() -> str:
    """Return a name for a server that runs jobs: its machine, its process, and what no other one has."""
    return f"{machine()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"


def machine() -> str:
    """Return the name of this machine, or of this container."""
    return socket.gethostname()


@dataclass(slots=True)
class _Held:
    """When a job's beat was last written, by our clock; whether it was asked to stop; whether another took it."""

    written_at: float
    stop_asked: bool = False
    taken: bool = False


class Heartbeat:
    """Says in the table of jobs that their server lives. Safe to use from many threads."""

    def __init__(self, table: Jobs, owner: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._table = table
        self._owner = owner
        self._clock = clock
        self._held: dict[int, _Held] = {}
        self._lock = Lock()
        self._closed = Event()

    def start(self) -> None:
        """Beat in the background from now on."""
        Thread(target=self._run, name="jobs-heartbeat", daemon=True).start()

    def close(self) -> None:
        """Stop beating. May be repeated."""
        self._closed.set()

    def hold(self, job_id: int) -> None:
        """Beat for a job that was claimed just now."""
        with self._lock:
            self._held[job_id] = _Held(self._clock())

    def drop(self, job_id: int) -> None:
        """Beat for a job no longer."""
        with self._lock:
            self._held.pop(job_id, None)

    def stop_asked(self, job_id: int) -> bool:
        """Whether a job that we hold was asked to stop, by any server."""
        held = self._held.get(job_id)
        return held is not None and held.stop_asked

    def is_lost(self, job_id: int) -> bool:
        """Whether a job that we hold may be taken by another server, or was."""
        held = self._held.get(job_id)
        return held is not None and (held.taken or self._clock() - held.written_at > FENCE)

    def beat(self) -> None:
        """Beat once for all jobs that are held. Raises StoreError."""
        with self._lock:
            held = dict(self._held)
        if not held:
            return
        began = self._clock()
        found = self._table.beat(self._owner, list(held))
        for job_id, each in held.items():
            each.taken = job_id not in found
            if not each.taken:
                each.written_at, each.stop_asked = began, found[job_id]

    def _run(self) -> None:
        while not self._closed.wait(BEAT):
            try:
                self.beat()
            except HwrError as error:  # the next one may be written
                log.warning("The heartbeat of the jobs could not be written: %s", error)
