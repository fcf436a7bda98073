"""The log of promotions: one entry for each change of the served version. Entries are never changed."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any

from hwr_core.registry.pointers import Line, Pointers

PROMOTE, ROLL_BACK, RETIRE, RESTORE, CHALLENGE = "promote", "roll back", "retire", "restore", "challenge"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One line of the log: who did what, when, from which version to which, why, and on what figures."""

    at: datetime = field(default_factory=_now)
    who: str
    action: str
    old: str | None
    new: str | None
    reason: str
    forced: bool = False
    figures: Mapping[str, Any] = field(default_factory=dict)


class PromotionLog:
    """The log of one registry; `Change.log` adds to it."""

    def __init__(self, pointers: Pointers) -> None:
        self._pointers = pointers

    def entries(self) -> list[Entry]:
        """Return all entries, newest first. Raises ModelUnavailable."""
        return [entry for line in self._pointers.lines() if (entry := _entry_of(line))]

    def served_before(self, version: str | None) -> str | None:
        """Return the version that a champion replaced when it was last promoted; None where there is none."""
        for entry in self.entries():
            if entry.action == PROMOTE and entry.new == version:
                return entry.old
        return None


def as_line(entry: Entry) -> Line:
    """Return an entry as a line of the log."""
    return {**asdict(entry), "at": entry.at.isoformat()}


def _entry_of(line: Line) -> Entry | None:
    """The entry of a line; None for one that is damaged."""
    try:
        return Entry(**{**line, "at": datetime.fromisoformat(line["at"])})
    except (ValueError, TypeError, KeyError):
        return None
