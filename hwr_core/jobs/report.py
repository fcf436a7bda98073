"""The child's side of a job: it reports events, hears when to stop, and stands back behind all other work."""

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
"""Seconds that work has to come to a moment at which it can stop, before its processes are ended."""
LOOK = 0.25
"""Seconds between two looks whether to stop."""
OFTEN = 0.5
"""Seconds between two reports of the same passing kind."""


class Report:
    """What work in a child process tells and hears. Safe to use from many threads."""

    def __init__(self, folder: JobFolder, clock: Callable[[], float] = time.monotonic) -> None:
        self._folder = folder
        self._clock = clock
        self._lock = Lock()
        self._stopping = Flag()
        self._said: dict[EventKind, float] = {}

    def say(self, text: str) -> None:
        """Add a line to the job's log."""
        print(text, flush=True)  # noqa: T201  the child's output is the log
        self.tell(EventKind.LOG, text=text)

    def progress(self, share: float, doing: str, eta_seconds: float | None = None) -> None:
        """Tell how far the work has come; told too often, most are passed over. Raises Stopped."""
        self.check()
        self.now_and_then(EventKind.PROGRESS, **asdict(Progress(round(share, 4), eta_seconds, doing)))

    def now_and_then(self, kind: EventKind, **data: object) -> None:
        """Tell of something that passes, unless the like was told a moment ago."""
        now = self._clock()
        with self._lock:
            if now - self._said.get(kind, -OFTEN) < OFTEN:
                return
            self._said[kind] = now
        self.tell(kind, **data)

    def tell(self, kind: EventKind, **data: object) -> None:
        """Tell of an event."""
        with self._lock:
            self._folder.events.append(Event(kind, data))

    def check(self) -> None:
        """Raise Stopped when the work is asked to stop."""
        if self._stopping.is_set():
            raise Stopped("The job was asked to stop.")

    def listen(self) -> None:
        """Hear from now on when somebody asks to stop."""
        Thread(target=self._watch_the_folder, name="stop", daemon=True).start()

    def listen_as_child(self) -> None:
        """Hear that, and when the process that started us is gone; work that does not stop in time is ended."""
        self.listen()
        Thread(target=self._watch_the_parent, name="parent", daemon=True).start()
        Thread(target=self._end_if_deaf, name="end", daemon=True).start()

    def _watch_the_parent(self) -> None:
        sys.stdin.buffer.read()  # nothing is ever sent: it ends with the parent
        self._stopping.set()

    def _watch_the_folder(self) -> None:
        while not self._folder.is_asked_to_stop:
            if self._stopping.wait(LOOK):
                return
        self._stopping.set()

    def _end_if_deaf(self) -> None:
        self._stopping.wait()
        time.sleep(GRACE)
        if hasattr(os, "killpg"):
            os.killpg(os.getpgrp(), signal.SIGKILL)  # the parent made us a group of our own
        os._exit(1)


def stand_back() -> None:
    """Let every other process go first: predictions are served as if no job ran."""
    if hasattr(os, "nice"):
        os.nice(19)
    if hasattr(os, "SCHED_IDLE"):  # Linux: gives way at once, where a nice process may finish its time slice
        os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
