"""What a job reports while it works: one JSON line per event, appended to a file."""

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job has come: a share from 0 to 1, the seconds left if known, and what it is doing, in words."""

    share: float = 0.0
    eta_seconds: float | None = None
    doing: str = ""


TAIL = 64 * 1024
"""The newest progress is searched in so many bytes at the end of the file; an event takes about a hundred."""


class EventKind(StrEnum):
    """What an event is about."""

    STARTED = "started"
    """An attempt begins; all events before this one belong to earlier attempts."""
    LOG = "log"
    PROGRESS = "progress"
    BATCH = "batch"
    EPOCH = "epoch"
    TRIAL = "trial"
    IMPORTANCE = "importance"
    DONE = "done"
    FAILED = "failed"
    STOPPED = "stopped"

    @property
    def ends_the_attempt(self) -> bool:
        """Whether this is the last event of an attempt."""
        return self in (EventKind.DONE, EventKind.FAILED, EventKind.STOPPED)


@dataclass(frozen=True, slots=True)
class Event:
    """One event: when, what, and its data."""

    kind: EventKind
    data: Mapping[str, Any] = field(default_factory=dict)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


class EventLog:
    """The events of one job. One process appends, any number of processes read."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def append(self, event: Event) -> None:
        """Append an event; readers see it as soon as this returns."""
        line = json.dumps({"at": event.at.isoformat(), "kind": event.kind, **event.data}).encode() + b"\n"
        with self._file.open("a+b") as stream:
            if size := stream.seek(0, os.SEEK_END):
                stream.seek(size - 1)
                if stream.read(1) != b"\n":
                    line = b"\n" + line  # an attempt was killed while it wrote this line
            stream.write(line)

    def read(self, after: int = 0) -> tuple[list[Event], int]:
        """Return the events after a position and the position after them; 0 returns all events."""
        try:
            with self._file.open("rb") as stream:
                stream.seek(max(after, 0))
                content = stream.read()
        except FileNotFoundError:
            return [], 0
        complete = content[: content.rfind(b"\n") + 1]
        return _parsed(complete), max(after, 0) + len(complete)

    def attempt(self) -> list[Event]:
        """Return the events of the current attempt."""
        events, _ = self.read()
        starts = [index for index, event in enumerate(events) if event.kind is EventKind.STARTED]
        return events[starts[-1] :] if starts else events

    def ending(self) -> Event | None:
        """Return the event that ended the current attempt, None while it runs or if it was killed."""
        ended = [event for event in self._tail() if event.kind.ends_the_attempt or event.kind is EventKind.STARTED]
        return ended[-1] if ended and ended[-1].kind.ends_the_attempt else None

    def progress(self) -> Progress:
        """Return the newest progress."""
        for event in reversed(self._tail()):
            if event.kind is EventKind.PROGRESS:
                return Progress(**event.data)
            if event.kind is EventKind.STARTED:
                break
        return Progress()

    def _tail(self) -> list[Event]:
        try:
            with self._file.open("rb") as stream:
                size = stream.seek(0, 2)
                stream.seek(max(0, size - TAIL))
                content = stream.read()
        except FileNotFoundError:
            return []
        return _parsed(content if size <= TAIL else content.partition(b"\n")[2])


def _parsed(content: bytes) -> list[Event]:
    """The events of these lines, without a line that a killed attempt left unfinished."""
    return [event for line in content.splitlines() if (event := _event(line))]


def _event(line: bytes) -> Event | None:
    try:
        data = json.loads(line)
        return Event(EventKind(data.pop("kind")), at=datetime.fromisoformat(data.pop("at")), data=data)
    except (ValueError, KeyError, AttributeError):
        return None
