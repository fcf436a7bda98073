"""The images of a suite that a version was most sure of and wrong about."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hwr_core.errors import InvalidValue
from hwr_core.evaluation.evaluate import load_answers
from hwr_core.images.types import Grey
from hwr_core.recognition.types import NOT_A_DIGIT
from hwr_core.registry.registry import ModelVersion


@dataclass(frozen=True, slots=True)
class Mistake:
    """An image that was not answered right. Labels and answers are 0-9, 10 for none; `seen` is what the model saw."""

    place: int
    group: str
    label: int
    answer: int
    confidence: float
    seen: Grey


@dataclass(frozen=True, slots=True)
class Mistakes:
    """Mistakes on a suite, the worst first, and how many there are in all."""

    version: str
    suite: str
    worst: tuple[Mistake, ...]
    total: int

    def __iter__(self) -> Iterator[Mistake]:
        """Yield the worst first."""
        return iter(self.worst)

    def __len__(self) -> int:
        """Return how many are told."""
        return len(self.worst)


def mistakes_of(version: ModelVersion, suite: str, *, most: int = 40) -> Mistakes:
    """Return what a version got most wrong on a suite that it was measured on.

    The worst are those named as a digit with the most confidence; those refused come last.

    Raises:
        NotFound: it was not measured there.
        InvalidValue: the suite is of whole numbers, whose images are not kept.
    """
    answers = load_answers(version, suite)
    if answers.are_numbers:
        raise InvalidValue(f"The suite {suite!r} is of whole numbers; their images are not kept.")
    certainty = np.where(answers.answers == NOT_A_DIGIT, -1.0, answers.confidence)[answers.shown]
    order = np.argsort(-certainty, kind="stable")[:most]
    worst = tuple(
        Mistake(
            place=int(place),
            group=str(answers.groups[place]),
            label=int(answers.labels[place]),
            answer=int(answers.answers[place]),
            confidence=float(answers.confidence[place]),
            seen=seen,
        )
        for place, seen in ((answers.shown[each], answers.seen[each]) for each in order)
    )
    return Mistakes(version.name, suite, worst, int((~answers.right).sum()))
