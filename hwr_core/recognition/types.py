"""What the recogniser returns: a prediction with its verdict, and the digits of a number."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from hwr_core.images.types import Box, Grey
from hwr_core.scripts.script import WESTERN, symbol_of, values_of

DIGITS = range(10)

NOT_A_DIGIT = 10
"""The class beside the digits, and its label: a letter, a mark, a doodle, noise."""

CLASSES = 11
"""Classes that the model tells apart: the ten digits and "not a digit"."""

NONE: Literal["none"] = "none"
"""In place of a digit, where predictions or labels that name none are meant."""


class Verdict(StrEnum):
    """What a prediction concludes about its image."""

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
class ScriptCandidate:
    """One script and how probable it is that an image shows a digit of it, 0 to 1."""

    script: str
    probability: float


@dataclass(frozen=True, slots=True)
class Timings:
    """Where the time of one prediction went, in seconds. In a batch: each image's own."""

    preprocessing: float
    inference: float

    @property
    def total(self) -> float:
        """From image bytes to prediction."""
        return self.preprocessing + self.inference


@dataclass(frozen=True, slots=True)
class Assignment:
    """The experiment that chose the model version of a prediction, by its id, and the unit it counts by, a hash."""

    experiment: int
    unit: str


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the recogniser returns for one image.

    `probabilities` are ten numbers that sum to 1 (zeros when there is no ink), or as many as the script has symbols, in
    their order: what speaks for "not a digit" is spread evenly over them, so `confidence`, their maximum, is the
    probability that `digit` is right. `digit` is the value of the symbol: 0 to 9, or 10, 100 ... of Chinese numerals.
    `seen` is the 28x28 image the model saw (uint8, ink bright on black), None when there is no ink.
    """

    verdict: Verdict
    digit: int | None
    confidence: float
    probabilities: tuple[float, ...]
    seen: Grey | None = field(compare=False)  # arrays have no one answer to ==; Python 3.13 asks even the very same one
    model_version: str
    timings: Timings
    several_digits: bool = False
    """Whether the image was refused because it shows more than one digit; not stored in the history."""
    script: str = WESTERN
    """The script that it was read in."""
    script_candidates: tuple[ScriptCandidate, ...] = ()
    """Where the script was asked for: all of them, the most probable first; not stored in the history."""
    assignment: Assignment | None = None
    """Where an experiment chose the model version: which one, and by whom it counts."""

    @property
    def experiment(self) -> int | None:
        """The experiment that chose the model version, by its id; None outside of any."""
        return None if self.assignment is None else self.assignment.experiment

    @property
    def symbol(self) -> str | None:
        """What is written, in Unicode: `digit` in its script."""
        return symbol_of(self.script, self.digit)

    @property
    def reason(self) -> Reason | None:
        """Why the image was refused or the answer is unsure; None for a digit."""
        if self.several_digits:
            return Reason.SEVERAL_DIGITS
        return None if self.verdict is Verdict.DIGIT else Reason(self.verdict)

    @property
    def candidates(self) -> list[Candidate]:
        """All digits of the script, the most probable first."""
        values = values_of(self.script)
        ranked = sorted(range(len(values)), key=lambda place: -self.probabilities[place])
        return [Candidate(values[place], self.probabilities[place]) for place in ranked]


@dataclass(frozen=True, slots=True)
class FoundDigit:
    """One digit of a number: what it is (its value), how surely, and where it stands.

    `confidence` is the probability that it is this digit if the others of its line are right; `candidates` are all ten,
    the most probable first. `line` and `page` count from 0.
    """

    digit: int
    confidence: float
    candidates: tuple[Candidate, ...]
    box: Box
    line: int
    page: int


@dataclass(frozen=True, slots=True)
class NumberLine:
    """A line of digits from left to right; `confidence` is the probability that all of them are right.

    `accept`: whether it is so high that nobody has to check the line, at the error that was allowed.
    `evidence`: what it rests on, in the order of `hwr_core.recognition.acceptance.FEATURES`; empty where the version
    has no model for it. `fits`: whether the line fits the pattern that was expected, None without one.
    `value`: the number with its minus and its decimal point, where the pattern names such marks, or what numerals such
    as 三百二十 are worth; None otherwise.
    """

    text: str
    confidence: float
    box: Box
    page: int
    accept: bool = False
    evidence: tuple[float, ...] = ()
    fits: bool | None = None
    value: str | None = None
    symbols: str = ""
    """The digits as they are written in another script than the Western one, such as "১২৩"."""


@dataclass(frozen=True, slots=True)
class NumberPrediction:
    """The digits of an image or a document in reading order.

    `text` has a line of text for each line of digits, and is empty where there are none. `confidence` is the
    probability that every digit is right, as if they were independent of each other; 0 where there are none.
    `warnings` are sentences for people about what was not read, or not as well as it could be.
    `accept`: whether that is so high that nobody has to check the number, at the error that was allowed.
    `fits`: whether each line fits the pattern that was expected, None without one.
    """

    text: str
    confidence: float
    digits: tuple[FoundDigit, ...]
    lines: tuple[NumberLine, ...]
    pages: int
    model_version: str
    seconds: float
    warnings: tuple[str, ...] = ()
    accept: bool = False
    fits: bool | None = None
    script: str = WESTERN
    """The script that it was read in."""
