"""The result of a check."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """The state of one part."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    """It works, but something may need attention."""
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was checked, its state, what was found, and what to do about it."""

    about: str
    state: State
    found: str
    advice: str = ""
