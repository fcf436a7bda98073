"""The folder of one job: what to do, what it says of itself, its log, its checkpoints, and who works on it."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hwr_core.files import lock, write_whole
from hwr_core.jobs.events import EventLog

LOG_TAIL = 200_000
"""Bytes of a log that are shown at most, its end."""


class JobFolder:
    """`data/jobs/<id>/`. The lock file is held by the child while it lives, and by nobody else for longer."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.events = EventLog(path / "events.jsonl")
        self.log_file = path / "log.txt"
        self.checkpoints = path / "checkpoints"
        self._order = path / "order.json"
        self._stop = path / "stop"
        self._lock = path / "lock"

    def prepare(self, order: Mapping[str, Any]) -> None:
        """Make the folder ready for one attempt at the work that the order describes."""
        self.path.mkdir(parents=True, exist_ok=True)
        self._stop.unlink(missing_ok=True)
        write_whole(self._order, json.dumps(dict(order), indent=1).encode())

    def order(self) -> dict[str, Any]:
        """Return what to do."""
        order: dict[str, Any] = json.loads(self._order.read_bytes())
        return order

    def ask_to_stop(self) -> None:
        """Let the child stop at the next moment that loses nothing."""
        self.path.mkdir(parents=True, exist_ok=True)
        self._stop.touch()

    @property
    def is_asked_to_stop(self) -> bool:
        """Whether somebody asked the child to stop."""
        return self._stop.exists()

    def hold(self) -> int | None:
        """Return a descriptor that holds the lock until all its copies are closed; None when a child holds it."""
        self.path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o666)
        if lock(descriptor, wait=False):
            return descriptor
        os.close(descriptor)
        return None

    @property
    def has_a_living_child(self) -> bool:
        """Whether a process works on the job."""
        if not self._lock.exists():
            return False
        descriptor = self.hold()
        if descriptor is None:
            return True
        os.close(descriptor)
        return False

    def log(self) -> str:
        """Return the end of what the child and its libraries wrote."""
        try:
            with self.log_file.open("rb") as stream:
                stream.seek(max(0, stream.seek(0, 2) - LOG_TAIL))
                return stream.read().decode(errors="replace")
        except FileNotFoundError:
            return ""
