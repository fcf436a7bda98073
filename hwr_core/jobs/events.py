"""What a job says of itself while it works: one JSON line for each event, in a file that only grows."""

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
    """How far a job has come: a share of 0 to 1, seconds left where they can be told, and what it does, in words."""

    share: float = 0.0
    eta_seconds: float | None = None
    doing: str = ""


TAIL = 64 * 1024
"""Bytes at the end of the file in which the newest progress is looked for; an event takes some hundred."""


class EventKind(StrEnum):
    """What an event tells."""

    STARTED = "started"
    """An attempt begins; what stands before it is of an earlier one."""
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
        """Whether it is the last event of an attempt."""
        return self in (EventKind.DONE, EventKind.FAILED, EventKind.STOPPED)


@dataclass(frozen=True, slots=True)
class Event:
    """One event: when, what, and its figures."""

    kind: EventKind
    data: Mapping[str, Any] = field(default_factory=dict)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))


class EventLog:
    """The events of one job. One process appends, any number read."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def append(self, event: Event) -> None:
        """Add an event; it is there for readers when this returns."""
        line = json.dumps({"at": event.at.isoformat(), "kind": event.kind, **event.data}).encode() + b"\n"
        with self._file.open("a+b") as stream:
            if size := stream.seek(0, os.SEEK_END):
                stream.seek(size - 1)
                if stream.read(1) != b"\n":
                    line = b"\n" + line  # an attempt was killed within a line, which is no event
            stream.write(line)

    def read(self, after: int = 0) -> tuple[list[Event], int]:
        """Return the events behind a position, and the position behind them: 0 asks for all."""
        try:
            with self._file.open("rb") as stream:
                stream.seek(max(after, 0))
                content = stream.read()
        except FileNotFoundError:
            return [], 0
        whole = content[: content.rfind(b"\n") + 1]
        return _parsed(whole), max(after, 0) + len(whole)

    def attempt(self) -> list[Event]:
        """Return the events of the present attempt."""
        events, _ = self.read()
        begins = [place for place, event in enumerate(events) if event.kind is EventKind.STARTED]
        return events[begins[-1] :] if begins else events

    def ending(self) -> Event | None:
        """Return the event that ended the present attempt; None while it goes on, or where it was killed."""
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
    """The events of whole lines; what a killed attempt left of a line is none."""
    return [event for line in content.splitlines() if (event := _event(line))]


def _event(line: bytes) -> Event | None:
    try:
        data = json.loads(line)
        return Event(EventKind(data.pop("kind")), at=datetime.fromisoformat(data.pop("at")), data=data)
    except (ValueError, KeyError, AttributeError):
        return None
