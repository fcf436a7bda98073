"""What a count is worth: the interval of a share, and whether two readers of the same images really differ."""

from math import comb, sqrt

Z95 = 1.959964
"""Standard normal quantile of 97.5 %."""

SIGNIFICANT = 0.05
"""A difference this improbable by chance alone counts as real."""


def wilson(right: int, total: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share (Wilson, 1927), which holds for few and for extreme shares too."""
    share, square = right / total, Z95**2 / total
    middle = (share + square / 2) / (1 + square)
    reach = Z95 / (1 + square) * sqrt(share * (1 - share) / total + square / (4 * total))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def in_words(p_value: float) -> str:
    """Return a p-value as it is written: "p = 0.031", "p < 0.001"."""
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"


def mcnemar(only_one: int, only_other: int) -> float:
    """Return the exact two-sided p-value of McNemar's test (1947): that chance alone makes so uneven a pair of counts.

    Args:
        only_one: images that only the one reader got right.
        only_other: images that only the other got right.
    """
    total, few = only_one + only_other, min(only_one, only_other)
    if total == 0:
        return 1.0
    tail = sum(comb(total, count) for count in range(few + 1))
    return float(min(1.0, 2 * tail / 2**total))
