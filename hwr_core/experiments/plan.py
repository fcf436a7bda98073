"""How many predictions an experiment will need, before it starts."""

from dataclasses import dataclass
from math import ceil

from hwr_core.experiments.sequential import ERROR, variance_to_tell
from hwr_core.experiments.types import Arm

Z_POWER, Z_ERROR = 0.841621, 1.959964
"""Standard normal quantiles of 80 % and of 97.5 %."""


@dataclass(frozen=True, slots=True)
class ExperimentPlan:
    """Outcomes (labelled predictions, or predictions) that all arms together need to show the smallest difference.

    `fixed` is what a test needs that is looked at once, at its end, with 80 % power. `outcomes` is what one needs that
    may be looked at at any time, if the difference is just the smallest one; a larger difference needs fewer.
    `days` is how long that takes at the present rate; None where there is no rate.
    """

    outcomes: int
    fixed: int
    days: float | None


def plan(arms: tuple[Arm, ...], variance: float, smallest: float, per_day: float) -> ExperimentPlan:
    """Return what an experiment needs to tell one arm from the first.

    Args:
        arms: the first two are compared; with more arms, each of the others.
        variance: of one outcome, with what users have in common counted in.
        smallest: the difference that matters.
        per_day: outcomes of all users in a day.
    """
    total = sum(arm.share for arm in arms)
    of_one = variance * max(1 / arms[0].share + 1 / arm.share for arm in arms[1:]) * total
    error = ERROR / (len(arms) - 1)
    outcomes = ceil(of_one / variance_to_tell(smallest, error))
    fixed = ceil(of_one * ((Z_ERROR + Z_POWER) / smallest) ** 2)
    return ExperimentPlan(outcomes, fixed, outcomes / (per_day * total) if per_day else None)
