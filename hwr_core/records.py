"""The frozen records that pass between rooms. No behaviour beyond reading oneself."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwr_core.errors import HwrError

Grey: TypeAlias = NDArray[np.uint8]
"""uint8, height x width."""

DIGITS = range(10)


class Verdict(StrEnum):
    """What a reading says of its picture."""

    DIGIT = "digit"
    UNSURE = "unsure"
    NOT_A_DIGIT = "not_a_digit"
    NO_INK = "no_ink"

    @property
    def names_a_digit(self) -> bool:
        """Whether a reading with this verdict names a digit at all."""
        return self in (Verdict.DIGIT, Verdict.UNSURE)


class Source(StrEnum):
    """The door a picture came in by."""

    DRAWING = "drawing"
    UPLOAD = "upload"
    BATCH = "batch"
    CLI = "cli"

    @property
    def user_input_type(self) -> str:
        """The older clients' two words for it: "drawing" or "upload"."""
        return "drawing" if self is Source.DRAWING else "upload"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One digit and how probable it is, 0 to 1."""

    digit: int
    probability: float


@dataclass(frozen=True, slots=True)
class Timings:
    """Where the time of one reading went, in seconds. In a batch: each picture's own."""

    preprocessing: float
    inference: float

    @property
    def total(self) -> float:
        """From picture bytes to reading."""
        return self.preprocessing + self.inference


@dataclass(frozen=True, slots=True)
class Reading:
    """What the recogniser made of one picture.

    `probabilities` are ten numbers that sum to 1 (zeros when there is no ink): what speaks for "not a digit" is spread
    evenly over them, so `confidence`, their maximum, is the probability that `digit` is right.
    `seen` is the 28x28 picture the model saw (uint8, ink bright on black), None when there is no ink.
    """

    verdict: Verdict
    digit: int | None
    confidence: float
    probabilities: tuple[float, ...]
    seen: Grey | None
    model_version: str
    timings: Timings

    @property
    def candidates(self) -> list[Candidate]:
        """All ten digits, the most probable first."""
        ranked = sorted(DIGITS, key=lambda digit: -self.probabilities[digit])
        return [Candidate(digit, self.probabilities[digit]) for digit in ranked]


@dataclass(frozen=True, slots=True)
class KeptReading:
    """A reading that has entered the history: one row of it. Times are UTC with an offset."""

    id: int
    timestamp: datetime
    user_id: int
    source: Source
    file_name: str | None
    reading: Reading


@dataclass(frozen=True, slots=True)
class FileReading:
    """The outcome for one file of a batch, in the order sent.

    Either a `reading`, and `kept` once it has entered the history, or the `error` that says why there is none.
    """

    file_name: str
    reading: Reading | None = None
    kept: KeptReading | None = None
    error: HwrError | None = None


@dataclass(frozen=True, slots=True)
class User:
    """A person readings belong to. User 1 exists from the start."""

    id: int
    username: str
    email: str | None
    created_at: datetime
    is_active: bool
