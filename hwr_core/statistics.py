"""What a count is worth: a proportion with its interval, and whether two models really differ on the same images."""

from math import comb, exp, lgamma, log, log1p, sqrt

from pydantic import BaseModel, ConfigDict, computed_field

Z95 = 1.959964
"""Standard normal quantile of 97.5 %."""

UPPER_END = 1e-5
"""How exactly the end of an exact interval is found."""

SIGNIFICANT = 0.05
"""A difference counts as real when chance alone would make one as large with less than this probability."""


class Proportion(BaseModel):
    """How many of how many were right, with the 95 % interval. Of none, `share`, `low` and `high` are None: unknown."""

    model_config = ConfigDict(frozen=True)

    right: int
    total: int

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorated property
    @property
    def share(self) -> float | None:
        """The proportion itself, 0 to 1."""
        return self.right / self.total if self.total else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def low(self) -> float | None:
        """Lower end of the interval."""
        return wilson(self.right, self.total)[0] if self.total else None

    @computed_field  # type: ignore[prop-decorator]
    @property
    def high(self) -> float | None:
        """Upper end of the interval."""
        return wilson(self.right, self.total)[1] if self.total else None


def wilson(right: int, total: int) -> tuple[float, float]:
    """Return the 95 % score interval of a proportion (Wilson, 1927), which also holds for small and extreme counts."""
    share, square = right / total, Z95**2 / total
    middle = (share + square / 2) / (1 + square)
    reach = Z95 / (1 + square) * sqrt(share * (1 - share) / total + square / (4 * total))
    return max(0.0, middle - reach), min(1.0, middle + reach)


def upper_end(wrong: int, total: int, doubt: float = 0.05) -> float:
    """Return the exact one-sided upper end of a share: it is larger with at most the probability `doubt`.

    After Clopper and Pearson (1934): the share at which so few wrong ones, or fewer, have just this probability.
    """
    if wrong >= total:
        return 1.0
    ways = [lgamma(total + 1) - lgamma(few + 1) - lgamma(total - few + 1) for few in range(wrong + 1)]
    low, high = wrong / total, 1.0
    while high - low > UPPER_END:
        share = (low + high) / 2
        terms = (way + few * log(share) + (total - few) * log1p(-share) for few, way in enumerate(ways))
        low, high = (share, high) if sum(map(exp, terms)) > doubt else (low, share)
    return high


def in_words(p_value: float) -> str:
    """Return a p-value as it is written: "p = 0.031", "p < 0.001"."""
    return "p < 0.001" if p_value < 0.001 else f"p = {p_value:.3f}"


def more_than_chance(one: Proportion, other: Proportion) -> float:
    """Return the one-sided p-value of Fisher's exact test (1922): how probable chance gives one so much more of all.

    Args:
        one: the proportion that may be larger.
        other: the one it is compared with.
    """
    right, total = one.right + other.right, one.total + other.total

    def ways(of: int, chosen: int) -> float:
        return lgamma(of + 1) - lgamma(chosen + 1) - lgamma(of - chosen + 1)

    terms = (
        exp(ways(one.total, count) + ways(other.total, right - count) - ways(total, right))
        for count in range(max(one.right, right - other.total), min(one.total, right) + 1)
    )
    return min(1.0, sum(terms))


def mcnemar(only_one: int, only_other: int) -> float:
    """Return the exact two-sided p-value of McNemar's test (1947): how probable chance makes counts so unequal.

    Args:
        only_one: images that only one of two models got right.
        only_other: images that only the other got right.
    """
    total, few = only_one + only_other, min(only_one, only_other)
    if total == 0:
        return 1.0
    tail = sum(comb(total, count) for count in range(few + 1))
    return float(min(1.0, 2 * tail / 2**total))
