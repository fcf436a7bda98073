"""The child process's side of a job: it reports events, stops when it is asked to, and runs at the lowest priority."""

import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from threading import Event as Flag
from threading import Lock, Thread

from hwr_core.errors import Stopped
from hwr_core.jobs.events import Event, EventKind, Progress
from hwr_core.jobs.folder import JobFolder

GRACE = 20.0
"""Seconds that work has to stop by itself before its processes are killed."""
POLL = 0.25
"""Seconds between two looks whether to stop."""
THROTTLE = 0.5
"""Seconds between two throttled events of the same kind."""


class Report:
    """Reports what the work of a job does, and raises Stopped when it is to stop. Safe to use from many threads."""

    def __init__(self, folder: JobFolder, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._clock = clock
        self._lock = Lock()
        self._stopping = Flag()
        self._last_emitted: dict[EventKind, float] = {}

    def log(self, text: str) -> None:
        """Add a line to the job's log."""
        print(text, flush=True)  # noqa: T201  the child's output is the log
        self.emit(EventKind.LOG, text=text)

    def progress(self, share: float, doing: str, eta_seconds: float | None = None) -> None:
        """Report how far the work has come; of many reports at once, the first is written. Raises Stopped."""
        self.raise_if_stopping()
        self.emit_throttled(EventKind.PROGRESS, **asdict(Progress(round(share, 4), eta_seconds, doing)))

    def emit_throttled(self, kind: EventKind, **data: object) -> None:
        """Append an event, unless one of the same kind was appended a moment ago."""
        now = self._clock()
        with self._lock:
            if now - self._last_emitted.get(kind, -THROTTLE) < THROTTLE:
                return
            self._last_emitted[kind] = now
        self.emit(kind, **data)

    def emit(self, kind: EventKind, **data: object) -> None:
        """Append an event."""
        with self._lock:
            self._folder.events.append(Event(kind, data))

    def raise_if_stopping(self) -> None:
        """Raise Stopped if the work was asked to stop."""
        if self._stopping.is_set():
            raise Stopped("The job was asked to stop.")

    def watch_folder(self) -> None:
        """From now on, notice when the job is asked to stop."""
        Thread(target=self._wait_for_stop_file, name="stop", daemon=True).start()

    def watch_folder_and_parent(self) -> None:
        """Also stop when the parent process has ended; work that does not stop in time is killed."""
        self.watch_folder()
        Thread(target=self._wait_for_parents_end, name="parent", daemon=True).start()
        Thread(target=self._kill_after_grace, name="kill", daemon=True).start()

    def _wait_for_parents_end(self) -> None:
        sys.stdin.buffer.read()  # nothing is ever written to it: it closes with the parent
        self._stopping.set()

    def _wait_for_stop_file(self) -> None:
        while not self._folder.stop_requested:
            if self._stopping.wait(POLL):
                return
        self._stopping.set()

    def _kill_after_grace(self) -> None:
        self._stopping.wait()
        time.sleep(GRACE)
        if hasattr(os, "killpg"):
            os.killpg(os.getpgrp(), signal.SIGKILL)  # the parent started us in a process group of our own
        os._exit(1)


def lower_priority() -> None:
    """Let every other process go first, so that predictions are served as fast as if no job ran."""
    if hasattr(os, "nice"):
        os.nice(19)
    if hasattr(os, "SCHED_IDLE"):  # Linux: gives way at once, where a nice process may finish its time slice
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
