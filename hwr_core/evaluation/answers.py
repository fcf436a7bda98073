"""The answers of a version to the images of a suite, and the figures computed from them."""

import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from hwr_core.recognition.acceptance import least_confidence
from hwr_core.recognition.calibration import binned_calibration_error, calibration_error, reliability
from hwr_core.recognition.types import NONE
from hwr_core.registry.card import Acceptance, Accepted, ReliabilityBin, RiskAtCoverage
from hwr_core.scripts.script import WESTERN, values_of
from hwr_core.statistics import Proportion

CERTAIN = 0.5
"""Confidence above which an image that is not a digit counts as taken for one."""

MAX_ERRORS = (0.01, 0.05)
"""Shares of accepted numbers that may be wrong, for which is told how many are accepted."""

COVERAGES = tuple(round(0.05 * step, 2) for step in range(1, 21))


@dataclass(frozen=True, slots=True)
class Answers:
    """Parallel arrays, one entry for each image, in the suite's order.

    labels, answers: uint8, places in `values`, or `none` behind them, which as an answer means that no digit was named;
    for whole numbers text, empty where none was found. confidence: float32. values: int64, what the symbols of the
    suite's script are worth.
    groups: text. seconds: float32, from grey image to prediction. `shown` are the places of images that were answered
    wrongly, `seen` what the model saw of them, uint8 [n, 28, 28].
    """

    labels: NDArray[Any]
    answers: NDArray[Any]
    confidence: NDArray[np.float32]
    groups: NDArray[np.str_]
    seconds: NDArray[np.float32]
    shown: NDArray[np.uint32]
    seen: NDArray[np.uint8]
    values: NDArray[np.int64] = field(default_factory=lambda: np.array(values_of(WESTERN), np.int64))

    @property
    def none(self) -> int:
        """The label of what is no digit of the script."""
        return len(self.values)

    def digit(self, label: int) -> int | None:
        """Return what a label or an answer is worth, None for no digit."""
        return None if label == self.none else int(self.values[label])

    @property
    def right(self) -> NDArray[np.bool_]:
        """Which answers are right: the true digit, or no digit where the image shows none."""
        return np.asarray(self.labels == self.answers)

    @property
    def are_numbers(self) -> bool:
        """Whether the suite consists of whole numbers."""
        return self.labels.dtype.kind == "U"

    def to_bytes(self) -> bytes:
        """Return the arrays as the content of a file."""
        stream = io.BytesIO()
        np.savez_compressed(stream, **{name: getattr(self, name) for name in self.__slots__})
        return stream.getvalue()

    @classmethod
    def from_bytes(cls, content: bytes) -> Self:
        """Return the arrays from the content of a file that `to_bytes` made."""
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return cls(**{name: archive[name] for name in cls.__slots__ if name in archive})


class Figures(BaseModel):
    """The figures of a version on a suite."""

    model_config = ConfigDict(frozen=True)

    accuracy: Proportion
    """Of all images, those answered right: digits by the digit, other images by no digit."""
    digits: Proportion
    """Of the digits, or numbers, those answered right."""
    refused: int
    """Digits, or numbers, that were answered by no digit."""
    others: int
    """Images that show no digit."""
    taken_for_digits: int
    """Of these, those answered by a digit at a confidence above one half."""
    per_label: Mapping[str, Proportion]
    per_group: Mapping[str, Proportion]
    confusion: tuple[tuple[int, ...], ...]
    """Rows: the label, 0-9 and no digit, or the symbols of the suite's script. Columns: the answer, likewise. Empty for
    whole numbers."""
    calibration_error: float | None
    """Expected calibration error over the images answered by a digit, 15 bins (Naeini et al., 2015)."""
    reliability: tuple[ReliabilityBin, ...]
    risk: tuple[RiskAtCoverage, ...]
    """Risk against coverage (El-Yaniv and Wiener, 2010)."""
    accepted: tuple[Accepted, ...] = ()
    """Of whole numbers, what the version accepts at each of MAX_ERRORS; empty for digits, and in older evaluations."""
    edits: float | None = None
    """Digits that are wrong, missing or too many, as a share of all digits of whole numbers: the edit distance after
    Levenshtein (1966), lines of a page included. None for digits, and in older evaluations."""
    milliseconds: float
    """Median time per image, on one core."""
    milliseconds_p95: float


def figures_of(found: Answers, acceptance: Acceptance | None = None) -> Figures:
    """Return the figures of a suite's answers; `acceptance` is that of the version, if it has one."""
    return _figures_of_numbers(found, acceptance) if found.are_numbers else _figures_of_digits(found)


def joint_calibration_error(suites: Iterable[Figures]) -> float | None:
    """Return the expected calibration error over several suites together, 0 to 1.

    Whole numbers are left out; None where no image was answered by a digit.
    """
    bins = [each for figures in suites if figures.confusion for each in figures.reliability]
    if not bins:
        return None
    confidence, right, answers = np.array([(each.confidence, each.accuracy, each.answers) for each in bins]).T
    return binned_calibration_error(confidence, right, answers)


def _figures_of_digits(found: Answers) -> Figures:
    right, real, none = found.right, found.labels != found.none, found.none
    named = real & (found.answers != none)
    confusion = np.zeros((none + 1, none + 1), int)
    np.add.at(confusion, (found.labels, found.answers), 1)
    taken = ~real & (found.answers != none) & (found.confidence > CERTAIN)
    names = [*map(str, found.values.tolist()), NONE]
    return Figures(
        digits=_proportion(right[real]),
        refused=int((real & ~named).sum()),
        others=int((~real).sum()),
        taken_for_digits=int(taken.sum()),
        per_label={
            name: _proportion(right[found.labels == label])
            for label, name in enumerate(names)
            if (found.labels == label).any()
        },
        confusion=tuple(tuple(int(cell) for cell in row) for row in confusion),
        risk=risk_curve(np.where(found.answers == none, 0.0, found.confidence), right) if len(right) else (),
        **_common_figures(found, named),
    )


def _figures_of_numbers(found: Answers, acceptance: Acceptance | None) -> Figures:
    right, named = found.right, found.answers != ""
    return Figures(
        digits=_proportion(right),
        refused=int((~named).sum()),
        others=0,
        taken_for_digits=0,
        per_label={},
        confusion=(),
        risk=risk_curve(found.confidence, right) if len(right) else (),
        accepted=accepted(found.confidence, right, acceptance),
        edits=_edits_a_digit(found.labels.tolist(), found.answers.tolist()),
        **_common_figures(found, named),
    )


def _edits_a_digit(labels: list[str], answers: list[str]) -> float | None:
    digits = sum(sum(map(str.isdigit, label)) for label in labels)
    edits = sum(edit_distance(label, answer) for label, answer in zip(labels, answers, strict=True))
    return edits / digits if digits else None


def edit_distance(one: str, other: str) -> int:
    """Return how many characters have to be put in, left out or exchanged to make one text of another."""
    before: list[int] = [*range(len(other) + 1)]
    for row, character in enumerate(one, start=1):
        now = [row]
        for column, another in enumerate(other, start=1):
            now.append(min(now[-1] + 1, before[column] + 1, before[column - 1] + (character != another)))
        before = now
    return before[-1]


def _common_figures(found: Answers, named: NDArray[np.bool_]) -> dict[str, Any]:
    """The figures common to digits and numbers; `named` are the images answered by one."""
    right, seconds = found.right, found.seconds
    return {
        "accuracy": _proportion(right),
        "per_group": {
            str(group): _proportion(right[found.groups == group]) for group in dict.fromkeys(found.groups.tolist())
        },
        "calibration_error": calibration_error(found.confidence[named], right[named]) if named.any() else None,
        "reliability": reliability(found.confidence[named], right[named]),
        "milliseconds": float(np.median(seconds) * 1000) if len(right) else 0.0,
        "milliseconds_p95": float(np.quantile(seconds, 0.95) * 1000) if len(right) else 0.0,
    }


def _proportion(right: NDArray[np.bool_]) -> Proportion:
    return Proportion(right=int(right.sum()), total=len(right))


def accepted(
    confidence: NDArray[np.floating], right: NDArray[np.bool_], acceptance: Acceptance | None
) -> tuple[Accepted, ...]:
    """Return what is accepted of numbers at each of MAX_ERRORS, and how much of it is wrong."""
    found = []
    for max_error in MAX_ERRORS:
        taken = confidence >= least_confidence(acceptance, max_error)
        found.append(
            Accepted(
                max_error=max_error, total=len(right), accepted=int(taken.sum()), wrong=int((taken & ~right).sum())
            )
        )
    return tuple(found)


def of_numbers_in_words(figures: Figures) -> str:
    """Return edits a digit, how many numbers are accepted at each of MAX_ERRORS, and how many of them are wrong.

    Empty for a suite of digits.
    """
    edits = [] if figures.edits is None else [f"{figures.edits:.3f} edits a digit"]
    parts = [
        f"{each.coverage or 0.0:.1%} accepted at max_error {each.max_error:g}"
        + ("" if each.error is None else f" ({each.error:.1%} of them wrong)")
        for each in figures.accepted
    ]
    return ", ".join(edits + parts)


def risk_curve(confidence: NDArray[np.floating], right: NDArray[np.bool_]) -> tuple[RiskAtCoverage, ...]:
    """Return the share of wrong answers among the surest, from 5 % of all on in steps of 5 %."""
    surest = np.argsort(-confidence, kind="stable")
    wrong = np.cumsum(~right[surest])
    ends = [max(1, round(coverage * len(right))) for coverage in COVERAGES]
    return tuple(
        RiskAtCoverage(
            coverage=end / len(right), risk=float(wrong[end - 1] / end), confidence=float(confidence[surest[end - 1]])
        )
        for end in ends
    )
