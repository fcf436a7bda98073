"""Two versions on the same images: which is right more often, whether that is chance, and where they differ."""

from dataclasses import dataclass

import numpy as np

from hwr_core.errors import Conflict, NotFound
from hwr_core.evaluation.answers import Answers
from hwr_core.evaluation.evaluate import Evaluation, evaluations_of, load_answers, load_evaluation
from hwr_core.images.types import Grey
from hwr_core.registry.registry import ModelVersion
from hwr_core.statistics import SIGNIFICANT, in_words, mcnemar


@dataclass(frozen=True, slots=True)
class Difference:
    """An image that exactly one of two versions answered right; label and answers are digits, None for none.

    `seen` is what the model saw, None where neither version kept it.
    """

    place: int
    group: str
    label: int | None
    one: int | None
    other: int | None
    seen: Grey | None


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions on one suite. `p_value` is McNemar's: how probable chance makes so unequal a result."""

    suite: str
    one: Evaluation
    other: Evaluation
    only_one: int
    """Images that only `one` answered right."""
    only_other: int
    differences: tuple[Difference, ...]

    @property
    def p_value(self) -> float:
        """The p-value of the difference."""
        return mcnemar(self.only_one, self.only_other)

    @property
    def is_real(self) -> bool:
        """Whether the difference is more than chance."""
        return self.p_value < SIGNIFICANT

    @property
    def verdict(self) -> str:
        """The result in a sentence."""
        if not self.is_real:
            return f"No real difference ({in_words(self.p_value)})."
        better = self.one if self.only_one > self.only_other else self.other
        return f"{better.version} is better ({in_words(self.p_value)})."


def compare(one: ModelVersion, other: ModelVersion, suite: str, *, most: int = 200) -> Comparison:
    """Compare two versions on a suite that both were evaluated on.

    Args:
        one: a version.
        other: another version.
        suite: the suite's name.
        most: the largest number of differences to return; whole numbers have none.

    Raises:
        NotFound: one of them has not been evaluated on it.
        Conflict: they were evaluated on different images.
    """
    results = load_evaluation(one, suite), load_evaluation(other, suite)
    if results[0].fingerprint != results[1].fingerprint:
        raise Conflict(
            f"{one.name} and {other.name} were evaluated on different images of {suite!r}, which changed in between. "
            "Evaluate both again."
        )
    answers = load_answers(one, suite), load_answers(other, suite)
    right = answers[0].right, answers[1].right
    places = np.flatnonzero(right[0] != right[1])
    seen = _images(answers[0]) | _images(answers[1])
    return Comparison(
        suite=suite,
        one=results[0],
        other=results[1],
        only_one=int((right[0] & ~right[1]).sum()),
        only_other=int((right[1] & ~right[0]).sum()),
        differences=()
        if answers[0].are_numbers
        else tuple(
            Difference(
                place=int(place),
                group=str(answers[0].groups[place]),
                label=answers[0].digit(answers[0].labels[place]),
                one=answers[0].digit(answers[0].answers[place]),
                other=answers[1].digit(answers[1].answers[place]),
                seen=seen.get(int(place)),
            )
            for place in places[:most]
        ),
    )


def common_suites(one: ModelVersion, other: ModelVersion) -> list[str]:
    """Return the suites on which two versions were evaluated with the same images."""
    mine, theirs = evaluations_of(one), evaluations_of(other)
    return [name for name in mine if name in theirs and mine[name].fingerprint == theirs[name].fingerprint]


def compare_if_possible(one: ModelVersion, other: ModelVersion, suite: str) -> Comparison | None:
    """Return the comparison on a suite, None where both were not evaluated on the same images."""
    try:
        return compare(one, other, suite, most=0)
    except (NotFound, Conflict):
        return None


def _images(answers: Answers) -> dict[int, Grey]:
    return dict(zip(answers.shown.tolist(), answers.seen, strict=True))
