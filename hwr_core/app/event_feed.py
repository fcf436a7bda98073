"""Events as they are published, collected for one listener until it takes them."""

from collections import deque
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from threading import Lock
from typing import TypeAlias

from hwr_core.events import Events
from hwr_core.jobs.queue import JobChanged
from hwr_core.recognition.events import ModelServed
from hwr_core.records.events import LabelChanged, PredictionStored

MOST_WAITING = 4000
"""Events that wait for a listener; of more the oldest are dropped, so that nobody has to wait for a slow one.

Twice as many as the predictions on the dashboard's map: to label all of these at once, an event each, drops none.
"""

FeedEvent: TypeAlias = PredictionStored | LabelChanged | JobChanged | ModelServed


class FeedKind(StrEnum):
    """The kinds of events that a feed has."""

    PREDICTION = "prediction"
    """A prediction was stored."""
    LABEL = "label"
    """A prediction was labelled, relabelled, or lost its label."""
    JOB = "job"
    """A job has moved to another state, or has made progress."""
    MODEL = "model"
    """Another model version serves."""


_KINDS: dict[type[FeedEvent], FeedKind] = {
    PredictionStored: FeedKind.PREDICTION,
    LabelChanged: FeedKind.LABEL,
    JobChanged: FeedKind.JOB,
    ModelServed: FeedKind.MODEL,
}


@dataclass(frozen=True, slots=True)
class FeedItem:
    """An event, and when it was published (UTC)."""

    at: datetime
    event: FeedEvent

    @property
    def kind(self) -> FeedKind:
        """Which kind of event it is."""
        return _KINDS[type(self.event)]


class Listener:
    """The events since they were last taken. Safe to use from many threads."""

    def __init__(self, wake: Callable[[], object], kinds: Collection[FeedKind], user_id: int | None) -> None:
        """`wake` is called, by any thread, when there is something to take; with `user_id`, of this user's alone."""
        self._wake = wake
        self._kinds = frozenset(kinds)
        self._user_id = user_id
        self._waiting: deque[FeedItem] = deque()
        self._lost = 0
        self._lock = Lock()

    def take(self) -> tuple[list[FeedItem], int]:
        """Return what waits, oldest first, and how many older ones were dropped; none of it comes again."""
        with self._lock:
            taken, lost = list(self._waiting), self._lost
            self._waiting.clear()
            self._lost = 0
        return taken, lost

    def hear(self, event: object) -> None:
        """Let an event wait, if it is wanted: one that belongs to no user is for those who listen to everything."""
        if not isinstance(event, FeedEvent):
            return
        item = FeedItem(datetime.now(UTC), event)
        if item.kind not in self._kinds or self._user_id not in (None, _owner(event)):
            return
        with self._lock:
            if len(self._waiting) == MOST_WAITING:
                self._waiting.popleft()
                self._lost += 1
            self._waiting.append(item)
        self._wake()


class EventFeed:
    """The use case of whoever wants to know what happens. Safe to use from many threads."""

    def __init__(self, *events: Events) -> None:
        """Make a feed of these events: of this server, and of the others that share its database."""
        self._events = events

    @contextmanager
    def listening(
        self,
        wake: Callable[[], object],
        *,
        kinds: Collection[FeedKind] = tuple(FeedKind),
        user_id: int | None = None,
    ) -> Iterator[Listener]:
        """Collect the events as long as the context lasts.

        Args:
            wake: called, by any thread, when there is something to take; it has to be quick.
            kinds: what to collect.
            user_id: the user whose predictions and labels; None for everything, jobs and model versions included.
        """
        listener = Listener(wake, kinds, user_id)
        with ExitStack() as stack:
            for events in self._events:
                stack.enter_context(events.subscribed(listener.hear))
            yield listener


def _owner(event: FeedEvent) -> int | None:
    match event:
        case PredictionStored(record=record):
            return record.user_id
        case LabelChanged(owner=owner):
            return owner
        case _:
            return None
