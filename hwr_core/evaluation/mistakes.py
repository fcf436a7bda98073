"""The worst mistakes of a version on a suite: wrong answers of the highest confidence."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from hwr_core.errors import InvalidValue
from hwr_core.evaluation.evaluate import load_answers
from hwr_core.images.types import Grey
from hwr_core.registry.registry import ModelVersion


@dataclass(frozen=True, slots=True)
class Mistake:
    """An image answered wrongly. Label and answer are digits, None for none; `seen` is what the model saw."""

    place: int
    group: str
    label: int | None
    answer: int | None
    confidence: float
    seen: Grey


@dataclass(frozen=True, slots=True)
class Mistakes:
    """The worst mistakes on a suite, the worst first, and the number of all mistakes."""

    version: str
    suite: str
    worst: tuple[Mistake, ...]
    total: int

    def __iter__(self) -> Iterator[Mistake]:
        """Yield the mistakes, the worst first."""
        return iter(self.worst)

    def __len__(self) -> int:
        """Return how many mistakes are listed."""
        return len(self.worst)


def mistakes_of(version: ModelVersion, suite: str, *, most: int = 40) -> Mistakes:
    """Return the worst mistakes of a version on a suite that it was evaluated on.

    The worst are those answered by a digit of the highest confidence; rejected digits come last.

    Raises:
        NotFound: the version has not been evaluated on it.
        InvalidValue: the suite consists of whole numbers, whose images are not stored.
    """
    answers = load_answers(version, suite)
    if answers.are_numbers:
        raise InvalidValue(f"The suite {suite!r} consists of whole numbers, whose images are not stored.")
    certainty = np.where(answers.answers == answers.none, -1.0, answers.confidence)[answers.shown]
    order = np.argsort(-certainty, kind="stable")[:most]
    worst = tuple(
        Mistake(
            place=int(place),
            group=str(answers.groups[place]),
            label=answers.digit(answers.labels[place]),
            answer=answers.digit(answers.answers[place]),
            confidence=float(answers.confidence[place]),
            seen=seen,
        )
        for place, seen in ((answers.shown[each], answers.seen[each]) for each in order)
    )
    return Mistakes(version.name, suite, worst, int((~answers.right).sum()))
