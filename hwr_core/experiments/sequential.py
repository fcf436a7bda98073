"""Differences between arms that may be looked at at any time: always-valid intervals over clustered outcomes.

Two things make the textbook test wrong for an experiment that is watched. Who looks daily and stops at the first
"significant" difference finds one where there is none, far more often than 5 %. And predictions are not independent:
those of one user share a hand.

Against the first: the mixture sequential probability ratio test (Robbins, 1970; Johari, Koomen, Pekelis and Walsh,
"Always Valid Inference", Operations Research, 2022). The interval holds at all times together, so it may be looked at
after each outcome. Against the second: the variance is that between units (users), by the delta method for a ratio
(Deng, Knoblich and Lu, "Applying the Delta Method in Metric Analytics", KDD 2018). The normal approximation needs some
units: below `LEAST_UNITS` nothing is said. tests/experiments/test_sequential.py checks by simulation that false alarms
stay below 5 %.
"""

from dataclasses import dataclass
from math import exp, inf, log, sqrt
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = Any
"""A number, or an array of them: what is said of one is said of each."""

ERROR = 0.05
"""How often an experiment between equal arms may find a difference, however often it is looked at."""

LEAST_UNITS = 10
"""Units with outcomes that an arm needs before anything is said of it."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A mean over the outcomes of an arm, the variance of that mean, and from how many units it comes."""

    mean: float
    variance: float
    units: int


@dataclass(frozen=True, slots=True)
class Difference:
    """An arm's mean less that of the first arm, with an interval that holds at all times together."""

    value: float
    low: float
    high: float
    p_value: float


def estimate(sums: NDArray[np.floating], counts: NDArray[np.floating], *, share: bool) -> Estimate | None:
    """Return the mean outcome of an arm; None where too few units have outcomes.

    Args:
        sums: [units], the sum of each unit's outcomes.
        counts: [units], how many outcomes it has; units without any are left out.
        share: whether an outcome is 0 or 1. Two more of them, one of each, keep the variance of an arm without any
            error above 0 (after Agresti and Coull, 1998).
    """
    there = counts > 0
    sums, counts = np.asarray(sums[there], float), np.asarray(counts[there], float)
    if len(counts) < LEAST_UNITS:
        return None
    total, outcomes = sums.sum(), counts.sum()
    variance = variance_of_mean(
        len(counts), outcomes, total, (sums**2).sum(), (sums * counts).sum(), (counts**2).sum(), share=share
    )
    return Estimate(float(total / outcomes), float(variance), len(counts))


def variance_of_mean(  # noqa: PLR0913, PLR0917  the sums that it takes
    units: Numbers,
    outcomes: Numbers,
    total: Numbers,
    squares: Numbers,
    products: Numbers,
    square_counts: Numbers,
    *,
    share: bool,
) -> Numbers:
    """Return the variance of an arm's mean between its units. Of arrays, for each element.

    Args:
        units: how many units there are.
        outcomes: how many outcomes they have together.
        total: the sum of all outcomes.
        squares: the sum over units of the square of their own sum.
        products: the sum over units of their own sum times the number of their outcomes.
        square_counts: the sum over units of the square of the number of their outcomes.
        share: as for `estimate`.
    """
    more = 1.0 if share else 0.0
    mean = (total + more) / (outcomes + 2 * more)
    deviations = squares - 2 * mean * products + mean**2 * square_counts + more * ((1 - mean) ** 2 + mean**2)
    # units - 3, not units - 1: the variance of Student's t, so that few units promise no more than they know.
    return np.maximum(deviations, 0.0) / outcomes**2 * units / (units - 3)


def reach(variance: Numbers, smallest: float, error: float = ERROR) -> Numbers:
    """Return how far the always-valid interval reaches to either side of an estimate; of an array, for each element.

    Args:
        variance: of the estimate.
        smallest: the difference that matters: the interval is narrowest, for its variance, near such differences.
        error: how often the interval may miss the truth at any time.
    """
    mixed = variance + smallest**2
    return np.sqrt(variance * mixed / smallest**2 * (2 * log(1 / error) + np.log(mixed / variance)))


def difference(first: Estimate, other: Estimate, smallest: float, error: float = ERROR) -> Difference:
    """Return the difference between two arms, whose units are independent of each other."""
    value, variance = other.mean - first.mean, first.variance + other.variance
    if variance == 0:
        return Difference(value, value, value, 0.0 if value else 1.0)
    width = float(reach(variance, smallest, error))
    return Difference(value, value - width, value + width, _p_value(value, variance, smallest))


def variance_to_tell(smallest: float, error: float = ERROR) -> float:
    """Return the variance at which a difference of `smallest` is just shown: the interval reaches as far as that."""
    low, high = 0.0, smallest**2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if reach(middle, smallest, error) > smallest else (middle, high)
    return low


def _p_value(value: float, variance: float, smallest: float) -> float:
    """The always-valid p-value at this moment: one over the likelihood ratio of the mixture, at most 1."""
    mixed = variance + smallest**2
    exponent = smallest**2 * value**2 / (2 * variance * mixed)
    ratio = exp(exponent) * sqrt(variance / mixed) if exponent < 700 else inf  # beyond, a float overflows
    return min(1.0, 1.0 / ratio) if ratio else 1.0
