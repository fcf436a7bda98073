"""The gate of a promotion: a version that is worse than the champion on any suite does not pass."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hwr_core.evaluation.compare import Comparison, compare_if_possible
from hwr_core.registry.registry import ModelVersion
from hwr_core.statistics import SIGNIFICANT, in_words

FAR = 0.1
"""Share of a suite's images by which a version that is far worse is right less often than the champion."""


@dataclass(frozen=True, slots=True)
class Gate:
    """Whether a version may replace the champion: one comparison for each suite, and what could not be compared."""

    comparisons: tuple[Comparison, ...]
    unmeasured: tuple[str, ...]
    """Sentences about suites without a comparison."""
    suites: int = 0
    """How many suites the gate has."""

    @property
    def worse(self) -> tuple[Comparison, ...]:
        """The comparisons in which the version is worse."""
        return tuple(found for found in self.comparisons if is_worse(found, among=self.suites))

    @property
    def objections(self) -> tuple[str, ...]:
        """All that speaks against a promotion, in sentences."""
        return (*self.unmeasured, *map(_objection, self.worse))

    @property
    def is_open(self) -> bool:
        """Whether there are no objections."""
        return not self.objections

    @property
    def figures(self) -> dict[str, Any]:
        """The figures of each comparison, for the log."""
        return {
            found.suite: {
                "images": found.one.figures.accuracy.total,
                "champion_right": found.one.figures.accuracy.right,
                "right": found.other.figures.accuracy.right,
                "p_value": found.p_value,
            }
            for found in self.comparisons
        }


def gate(champion: ModelVersion | None, candidate: ModelVersion, suites: Sequence[str]) -> Gate:
    """Compare a version with the champion on these suites; without a champion there is nothing to compare."""
    if champion is None or champion.name == candidate.name:
        return Gate((), ())
    if not suites:
        return Gate((), ("There is no data set here to evaluate versions on.",))
    comparisons, unmeasured = [], []
    for suite in suites:
        found = compare_if_possible(champion, candidate, suite)
        if found is None:
            unmeasured.append(
                f"{candidate.name} and the champion have not been evaluated on the same images of {suite!r}."
            )
        else:
            comparisons.append(found)
    return Gate(tuple(comparisons), tuple(unmeasured), len(suites))


def is_worse(found: Comparison, *, among: int) -> bool:
    """Whether the other version is right less often than the one, and McNemar's test says that this is not chance.

    With many suites one of them would seem worse by chance alone: the level of significance is divided by their number
    (Bonferroni).
    """
    return found.only_one > found.only_other and found.p_value < SIGNIFICANT / among


def far_worse(found: Gate) -> tuple[str, ...]:
    """Return the objections to a version that is no rival of the champion at all.

    On a suite it is right less often, by a tenth of all images: a training of one epoch ends so, or on few images.
    """
    hopeless = [each for each in found.worse if each.only_one - each.only_other > FAR * each.one.figures.accuracy.total]
    return tuple(map(_objection, hopeless))


def _objection(found: Comparison) -> str:
    one, other = found.one.figures.accuracy, found.other.figures.accuracy
    return (
        f"On {found.suite!r} it reads {other.right:,} of {other.total:,} right, the champion {one.right:,} "
        f"({in_words(found.p_value)})."
    )
