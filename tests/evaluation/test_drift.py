"""Drift: the population stability index by hand, verdicts in words, and how many predictions it takes."""

from math import log

import numpy as np
import pytest

from hwr_core.evaluation.drift import (
    DIFFERENT,
    SOMEWHAT,
    Feature,
    Level,
    compare,
    describe,
    ink_share,
    psi,
    width_to_height,
)

EVEN = np.arange(1000) % 10
"""A thousand predictions, a hundred of each digit."""


def written(digits, *, confidence=0.97, width=10, ink=160, weights=None):
    """Predictions of filled rectangles, 20 pixels high, `width` wide and as bright as `ink`."""
    seen = np.zeros((len(digits), 28, 28), np.uint8)
    seen[:, 4:24, 4 : 4 + width] = ink
    return describe(np.asarray(digits), np.full(len(digits), confidence), seen, weights)


def test_the_index_is_the_one_worked_out_by_hand():
    """With half an image in each bin, 9 and 4 are shares of 9.5/14 and 4.5/14; the other way round it is the same."""
    p, q = 9.5 / 14, 4.5 / 14
    by_hand = (p - q) * log(p / q) + (q - p) * log(q / p)
    assert psi((9, 4), (4, 9)) == pytest.approx(by_hand)
    assert psi((4, 9), (9, 4)) == pytest.approx(by_hand)


def test_equal_shares_have_no_distance_and_an_empty_bin_a_finite_one():
    """A bin that is empty in one of the periods does not make the difference infinite."""
    assert psi((10, 30), (10, 30)) == 0
    assert 1 < psi((100, 0), (0, 100)) < 20


def test_features_are_measured_on_the_image():
    """Half of the rows make half the ink; a digit of 10 x 20 is half as wide as high; an empty image is square."""
    half = np.zeros((1, 28, 28), np.uint8)
    half[0, :14] = 255
    narrow, empty = np.zeros((1, 28, 28), np.uint8), np.zeros((1, 28, 28), np.uint8)
    narrow[0, 4:24, 9:19] = 200
    assert ink_share(half) == pytest.approx([0.5])
    assert width_to_height(narrow) == pytest.approx([0.5])
    assert width_to_height(empty) == pytest.approx([1.0])


def test_what_is_no_digit_tells_nothing_of_confidence():
    """Rejected images count among the digits, not among the confidences."""
    found = written([7, 7, 10], confidence=0.3)
    assert found.images == 3
    assert found.counts[Feature.DIGIT][10] == 1
    assert sum(found.counts[Feature.CONFIDENCE]) == 2


def test_weights_make_some_images_count_less():
    """Two images of half a weight count as one."""
    assert written([1, 1, 2], weights=np.array([0.5, 0.5, 1.0])).counts[Feature.DIGIT][1:3] == (1.0, 1.0)


def test_the_same_again_is_much_like_before():
    """The verdict says that nothing has changed."""
    drift = compare(written(EVEN), written(EVEN))
    assert drift.level is Level.SAME
    assert drift.verdict() == "Much like before"
    assert drift.verdict("the training data") == "Much like the training data"


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ({"ink": 100}, "thinner strokes"),
        ({"width": 18}, "wider digits, thicker strokes"),
        ({"width": 6}, "narrower digits, thinner strokes"),
        ({"confidence": 0.6}, "less sure predictions"),
        ({"confidence": 0.9999}, "surer predictions"),
    ],
)
def test_a_difference_is_named_by_what_changed(now, words):
    """The verdict says which way each feature went, and leaves out those that stayed."""
    drift = compare(written(EVEN, **now), written(EVEN))
    assert drift.level is Level.DIFFERENT
    start, _, said = drift.verdict().partition(": ")
    assert start == "Different"
    assert sorted(said.split(", ")) == sorted(words.split(", "))


def test_one_digit_read_more_often_is_named():
    """Where every seventh became a 1 the verdict is a mild one, and says so."""
    often = EVEN.copy()
    often[::7] = 1
    drift = compare(written(often), written(EVEN))
    assert SOMEWHAT <= drift.shifts[0].psi <= DIFFERENT
    assert drift.verdict() == "Somewhat different: more 1s"


def test_a_digit_that_is_gone_and_refusals_are_named():
    """No more predictions of a 3 are fewer 3s; every third image rejected is more of those."""
    assert compare(written(EVEN[EVEN != 3]), written(EVEN)).verdict() == "Different: fewer 3s"
    refused = np.where(np.arange(len(EVEN)) % 3, EVEN, 10)
    assert compare(written(refused), written(EVEN)).verdict() == "Different: more images read as no digit"


@pytest.mark.parametrize(
    ("recent", "reference", "missing"),
    [(183, 10**7, 1), (184, 10**7, 0), (365, 367, 1), (366, 367, 0), (10**6, 183, None)],
)
def test_with_few_predictions_it_is_not_said(recent, reference, missing):
    """Against any number of others it takes 184 predictions, against 367 it takes twice as many."""
    many = written(EVEN, weights=np.full(len(EVEN), reference / len(EVEN)))
    few = written(EVEN[:1].repeat(recent))
    drift = compare(few, many)
    assert drift.missing == missing
    assert (drift.level is Level.UNKNOWN) is (missing != 0)
    if missing:
        assert drift.verdict() == "Too few predictions to say"


def test_against_nothing_it_is_not_said():
    """The first predictions ever have nothing to be compared with."""
    drift = compare(written(EVEN), written(EVEN[:0]))
    assert drift.level is Level.UNKNOWN
    assert drift.missing is None


def test_chance_alone_seldom_looks_like_change():
    """Of 200 pairs of periods drawn alike, with the fewest predictions allowed, nine in ten are called alike."""
    rng = np.random.default_rng(1)
    levels = [compare(written(rng.integers(0, 11, 367)), written(rng.integers(0, 11, 367))).level for _ in range(200)]
    assert levels.count(Level.SAME) >= 180
    assert Level.DIFFERENT not in levels
