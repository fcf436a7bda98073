"""What a check of hwr doctor says."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a part is."""

    GOOD = "good"
    DOUBTFUL = "doubtful"
    """It works, and something may be wanted all the same."""
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was looked at, how it is, what was found, and what to do about it."""

    about: str
    state: State
    found: str
    advice: str = ""
