"""Proportions, their intervals, and whether a difference is chance."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hwr_core.statistics import Proportion, in_words, mcnemar, upper_end, wilson

COUNTS = st.integers(0, 400)


@pytest.mark.parametrize(
    ("one", "other", "p"),
    [(0, 0, 1.0), (5, 5, 1.0), (0, 5, 0.0625), (1, 9, 0.0215), (10, 25, 0.0167), (0, 40, 1.8e-12)],
)
def test_mcnemar_is_the_exact_binomial_test(one, other, p):
    """The values are those of a two-sided binomial test with a fair coin."""
    assert mcnemar(one, other) == pytest.approx(p, rel=0.01)


@given(COUNTS, COUNTS)
def test_mcnemar_does_not_care_who_is_who(one, other):
    """The test is the same from both sides, and is a probability."""
    assert mcnemar(one, other) == mcnemar(other, one)
    assert 0.0 <= mcnemar(one, other) <= 1.0


@given(st.integers(1, 5000).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total))))
def test_an_interval_holds_its_share(counts):
    """A share lies within its interval, and the interval within 0 to 1."""
    right, total = counts
    low, high = wilson(right, total)
    assert 0.0 <= low <= right / total + 1e-12
    assert right / total - 1e-12 <= high <= 1.0


@pytest.mark.parametrize(
    ("wrong", "total", "end"), [(0, 20, 0.1391), (0, 299, 0.00997), (5, 100, 0.1023), (100, 2000, 0.0588), (3, 3, 1.0)]
)
def test_an_upper_end_is_the_exact_binomial_one(wrong, total, end):
    """The values are those of the beta distribution, as Clopper and Pearson have it."""
    assert upper_end(wrong, total) == pytest.approx(end, abs=2e-4)


def test_tiny_probabilities_are_not_written_out():
    """Beyond a thousandth nobody wants digits."""
    assert (in_words(0.0312), in_words(1e-40)) == ("p = 0.031", "p < 0.001")


def test_a_proportion_is_written_with_its_interval_and_read_back():
    """The file of an evaluation names share, low and high; what was written is read as the same proportion."""
    written = Proportion(right=9, total=10).model_dump_json()
    assert [*json.loads(written)] == ["right", "total", "share", "low", "high"]
    assert Proportion.model_validate_json(written) == Proportion(right=9, total=10)


def test_the_proportion_of_nothing_is_unknown():
    """Without any count there is neither a share nor an interval."""
    nothing = Proportion(right=0, total=0)
    assert (nothing.share, nothing.low, nothing.high) == (None, None, None)
