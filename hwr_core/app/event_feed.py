"""What happens, as it happens: collected for one listener until it takes it."""

from collections import deque
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from threading import Lock
from typing import TypeAlias

from hwr_core.events import Observer
from hwr_core.jobs.events import Progress
from hwr_core.jobs.table import Job
from hwr_core.records.labels import Label
from hwr_core.records.predictions import PredictionRecord

MOST_WAITING = 1000
"""Events that wait for a listener; of more the oldest are dropped, so that nobody has to wait for a slow one."""


class EventKind(StrEnum):
    """What kinds of things happen."""

    PREDICTION = "prediction"
    """A prediction was kept."""
    LABEL = "label"
    """People say something else of a prediction than before."""
    JOB = "job"
    """A job has moved to another state, or has come on."""
    MODEL = "model"
    """Another model version reads."""


@dataclass(frozen=True, slots=True)
class LabelChange:
    """What people say of a prediction now; None: nothing any more."""

    prediction_id: int
    label: Label | None


@dataclass(frozen=True, slots=True)
class JobChange:
    """How a job stands."""

    job: Job
    progress: Progress


About: TypeAlias = PredictionRecord | LabelChange | JobChange | str
"""A string is the name of a model version."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happened, and when (UTC)."""

    kind: EventKind
    at: datetime
    about: About


class Listener(Observer):
    """What has happened since it was last taken. Safe to use from many threads."""

    def __init__(self, wake: Callable[[], object], kinds: Collection[EventKind], user_id: int | None) -> None:
        """`wake` is called, quickly, by any thread, when there is something; of `user_id` alone unless it is None."""
        self._wake = wake
        self._kinds = frozenset(kinds)
        self._user_id = user_id
        self._waiting: deque[Event] = deque()
        self._lost = 0
        self._lock = Lock()

    def take(self) -> tuple[list[Event], int]:
        """Return what waits, oldest first, and how many older ones were dropped; none of it comes again."""
        with self._lock:
            taken, lost = list(self._waiting), self._lost
            self._waiting.clear()
            self._lost = 0
        return taken, lost

    def on_kept(self, kept: PredictionRecord, waited: float) -> None:  # noqa: ARG002  observers are told both
        """Note a prediction."""
        self._note(EventKind.PREDICTION, kept, kept.user_id)

    def on_label(self, prediction_id: int, owner: int, label: Label | None) -> None:
        """Note what is said of a prediction."""
        self._note(EventKind.LABEL, LabelChange(prediction_id, label), owner)

    def on_served(self, version: str) -> None:
        """Note which version reads."""
        self._note(EventKind.MODEL, version, None)

    def on_job(self, job: Job, progress: Progress) -> None:
        """Note how a job stands."""
        self._note(EventKind.JOB, JobChange(job, progress), None)

    def _note(self, kind: EventKind, about: About, owner: int | None) -> None:
        """Let it wait, if it is wanted: what is nobody's own is for those who listen to everything."""
        if kind not in self._kinds or self._user_id not in (None, owner):
            return
        with self._lock:
            if len(self._waiting) == MOST_WAITING:
                self._waiting.popleft()
                self._lost += 1
            self._waiting.append(Event(kind, datetime.now(UTC), about))
        self._wake()
