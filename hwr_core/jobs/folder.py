"""The folder of one job: its spec, events, log and checkpoints, and a lock that its child process holds."""

import os
from pathlib import Path

from hwr_core.files import lock, write_whole
from hwr_core.jobs.events import EventLog
from hwr_core.jobs.spec import CORRECTIONS_FILE, NUMBERS_FILE, JobSpec

LOG_TAIL = 200_000
"""The most bytes of a log that are shown, from its end."""


class JobFolder:
    """`data/jobs/<id>/`. The child process holds the lock as long as it lives, which serves as its heartbeat."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.events_file = path / "events.jsonl"
        self.events = EventLog(self.events_file)
        self.log_file = path / "log.txt"
        self.checkpoints = path / "checkpoints"
        self.corrections = path / CORRECTIONS_FILE
        self.numbers = path / NUMBERS_FILE
        self._spec = path / "order.json"
        self._stop = path / "stop"
        self._lock = path / "lock"
        self._copied = path / "copied"

    def prepare(self, spec: JobSpec) -> None:
        """Make the folder ready for one attempt at a job."""
        self.path.mkdir(parents=True, exist_ok=True)
        write_whole(self._spec, spec.model_dump_json(indent=1).encode())
        self._copied.unlink(missing_ok=True)  # from now on it is this machine's

    @property
    def is_of_this_machine(self) -> bool:
        """Whether what there is of the job happened here: its events are no copy of another machine's."""
        return self.events_file.exists() and not self._copied.exists()

    @property
    def copied_attempt(self) -> int:
        """Of which attempt there is a copy, which may be empty; -1 for none."""
        try:
            return int(self._copied.read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return -1

    def note_copy(self, attempt: int) -> None:
        """Note that what lies here is a copy of another machine's."""
        self.path.mkdir(parents=True, exist_ok=True)
        self._copied.write_text(str(attempt), encoding="utf-8")

    def spec(self) -> JobSpec:
        """Return the job's spec, as `prepare` wrote it."""
        return JobSpec.model_validate_json(self._spec.read_bytes())

    def request_stop(self) -> None:
        """Ask the child process to stop at the next moment at which no work is lost."""
        self.path.mkdir(parents=True, exist_ok=True)
        self._stop.touch()

    def forget_stop(self) -> None:
        """Forget that an earlier attempt was asked to stop, before the next one may be."""
        self._stop.unlink(missing_ok=True)

    @property
    def stop_requested(self) -> bool:
        """Whether the child process was asked to stop."""
        return self._stop.exists()

    def acquire_lock(self) -> int | None:
        """Return a descriptor that holds the lock until all its copies are closed, None if a child process holds it."""
        self.path.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o666)
        if lock(descriptor, wait=False):
            return descriptor
        os.close(descriptor)
        return None

    @property
    def is_locked(self) -> bool:
        """Whether a process works on the job."""
        if not self._lock.exists():
            return False
        descriptor = self.acquire_lock()
        if descriptor is None:
            return True
        os.close(descriptor)
        return False

    def log(self) -> str:
        """Return the end of what the child process and its libraries printed."""
        try:
            with self.log_file.open("rb") as stream:
                stream.seek(max(0, stream.seek(0, 2) - LOG_TAIL))
                return stream.read().decode(errors="replace")
        except FileNotFoundError:
            return ""
