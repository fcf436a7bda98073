"""The log of promotions: one line of JSON for each change of the served version. Lines are never changed."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hwr_core.errors import ModelUnavailable
from hwr_core.files import because

LOG = "promotions.jsonl"

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
    """The log in a folder of model versions."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / LOG

    def append(self, entry: Entry) -> None:
        """Add an entry; to be done before the change itself, so that no change is missing in the log."""
        line = {**asdict(entry), "at": entry.at.isoformat()}
        with self._file.open("ab") as stream:
            stream.write(json.dumps(line).encode() + b"\n")

    def entries(self) -> list[Entry]:
        """Return all entries, newest first. Raises ModelUnavailable."""
        try:
            lines = self._file.read_bytes().splitlines()
        except FileNotFoundError:
            return []
        except OSError as error:
            raise ModelUnavailable(f"The log of promotions cannot be read{because(error)}.") from error
        return [entry for line in reversed(lines) if (entry := _parsed(line))]

    def served_before(self, version: str | None) -> str | None:
        """Return the version that a champion replaced when it was last promoted; None where there is none."""
        for entry in self.entries():
            if entry.action == PROMOTE and entry.new == version:
                return entry.old
        return None


def _parsed(line: bytes) -> Entry | None:
    """The entry of a line; None for one that a power cut left incomplete."""
    try:
        values = json.loads(line)
        return Entry(**{**values, "at": datetime.fromisoformat(values["at"])})
    except (ValueError, TypeError, KeyError):
        return None
