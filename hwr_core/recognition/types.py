"""What the recogniser says of an image: a prediction, its verdict, and the digits of a number."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from hwr_core.images.types import Box, Grey

DIGITS = range(10)


NONE: Literal["none"] = "none"
"""Instead of a digit, where a question is about predictions or labels that name none."""


class Verdict(StrEnum):
    """What a prediction says of its image."""

    DIGIT = "digit"
    UNSURE = "unsure"
    NOT_A_DIGIT = "not_a_digit"
    NO_INK = "no_ink"

    @property
    def names_a_digit(self) -> bool:
        """Whether a prediction with this verdict names a digit at all."""
        return self in (Verdict.DIGIT, Verdict.UNSURE)


class Reason(StrEnum):
    """Why a prediction is not simply a digit."""

    UNSURE = "unsure"
    NOT_A_DIGIT = "not_a_digit"
    SEVERAL_DIGITS = "several_digits"
    NO_INK = "no_ink"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One digit and how probable it is, 0 to 1."""

    digit: int
    probability: float


@dataclass(frozen=True, slots=True)
class Timings:
    """Where the time of one prediction went, in seconds. In a batch: each image's own."""

    preprocessing: float
    inference: float

    @property
    def total(self) -> float:
        """From image bytes to reading."""
        return self.preprocessing + self.inference


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the recogniser made of one image.

    `probabilities` are ten numbers that sum to 1 (zeros when there is no ink): what speaks for "not a digit" is spread
    evenly over them, so `confidence`, their maximum, is the probability that `digit` is right.
    `seen` is the 28x28 image the model saw (uint8, ink bright on black), None when there is no ink.
    """

    verdict: Verdict
    digit: int | None
    confidence: float
    probabilities: tuple[float, ...]
    seen: Grey | None
    model_version: str
    timings: Timings
    several_digits: bool = False
    """Whether the image was refused because there is more than one digit on it; told when it is read, not kept."""

    @property
    def reason(self) -> Reason | None:
        """Why it is refused or read with reserve; None for a digit."""
        if self.several_digits:
            return Reason.SEVERAL_DIGITS
        return None if self.verdict is Verdict.DIGIT else Reason(self.verdict)

    @property
    def candidates(self) -> list[Candidate]:
        """All ten digits, the most probable first."""
        ranked = sorted(DIGITS, key=lambda digit: -self.probabilities[digit])
        return [Candidate(digit, self.probabilities[digit]) for digit in ranked]


@dataclass(frozen=True, slots=True)
class FoundDigit:
    """One digit of a number: what it is, how surely, and where it stands.

    `confidence` is the probability that it is this digit, the others of its line given; `candidates` are the ten, the
    most probable first. `line` and `page` count from 0.
    """

    digit: int
    confidence: float
    candidates: tuple[Candidate, ...]
    box: Box
    line: int
    page: int


@dataclass(frozen=True, slots=True)
class NumberLine:
    """A line of digits from left to right; `confidence` is the probability that all of them are right."""

    text: str
    confidence: float
    box: Box
    page: int


@dataclass(frozen=True, slots=True)
class NumberPrediction:
    """The digits of an image or a document in reading order.

    `text` has a line of digits for each line of writing, and is empty where there are none. `confidence` is the
    probability that every digit is right, as if they were independent of each other; 0 where there are none.
    """

    text: str
    confidence: float
    digits: tuple[FoundDigit, ...]
    lines: tuple[NumberLine, ...]
    pages: int
    model_version: str
    seconds: float
