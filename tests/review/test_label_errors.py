"""Likely label errors, by the probabilities that models gave the labels."""

import numpy as np
import pytest

from hwr_core.review.label_errors import margins, suspects, with_none


def shares_of(*given: dict[int, float]):
    """Return a row for each sample: the probabilities of some labels, the rest spread evenly."""
    rows = np.zeros((len(given), 11))
    for row, shares in zip(rows, given, strict=True):
        row[:] = (1 - sum(shares.values())) / (11 - len(shares))
        for label, share in shares.items():
            row[label] = share
    return rows


def test_a_wrong_label_is_found():
    """Where the model is as sure of another digit as it usually is, the label is suspected, and no other."""
    shares = shares_of({1: 0.9}, {1: 0.95}, {7: 0.9}, {7: 0.97}, {7: 0.98})
    assert suspects(shares, np.array([1, 1, 7, 7, 1])).tolist() == [4]


def test_a_model_in_doubt_accuses_nobody():
    """A preference weaker than usual for that digit is no reason to doubt a label."""
    shares = shares_of({7: 0.99}, {7: 0.98}, {1: 0.95}, {7: 0.6, 1: 0.35})
    assert suspects(shares, np.array([7, 7, 1, 1])).tolist() == []


def test_the_most_suspect_comes_first():
    """They are ranked by how much less probable the label is than the best other one."""
    shares = shares_of({7: 0.7, 1: 0.2}, {7: 0.99}, {7: 0.8, 1: 0.1}, {7: 0.7})
    assert suspects(shares, np.array([1, 1, 1, 7])).tolist() == [1, 2, 0]


def test_no_digit_is_a_label_like_any_other():
    """A digit labelled as no digit is suspected, and so is a scribble labelled as a digit."""
    shares = shares_of({10: 0.9}, {3: 0.9}, {10: 0.97}, {3: 0.98})
    assert suspects(shares, np.array([10, 3, 3, 10])).tolist() == [3, 2]


def test_a_digit_that_nobody_has_named_yet_may_be_right():
    """With the first few labels a mistake is found, too: over one half is enough where there is nothing to compare."""
    assert suspects(shares_of({7: 0.9}, {3: 0.45}), np.array([1, 1])).tolist() == [0]


def test_nothing_is_suspected_without_labels():
    """No samples, no suspects."""
    nothing = np.zeros(0, np.int16)
    assert suspects(np.zeros((0, 11)), nothing).tolist() == []
    assert margins(np.zeros((0, 11)), nothing).tolist() == []


def test_wrong_labels_among_many_are_told_from_right_ones():
    """Of two thousand labels with one in twenty wrong, nearly all the wrong ones are found, and hardly a right one."""
    rng = np.random.default_rng(1)
    true = rng.integers(0, 11, 2000)
    logits = rng.normal(0, 1, (2000, 11))
    logits[np.arange(2000), true] += 6
    shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
    wrong = rng.random(2000) < 0.05
    labels = np.where(wrong, (true + rng.integers(1, 11, 2000)) % 11, true)
    found = suspects(shares, labels)
    assert wrong[found].mean() > 0.95
    assert wrong[found].sum() > 0.6 * wrong.sum()


@pytest.mark.parametrize("none", [0.0, 0.3, 0.9])
def test_what_speaks_for_no_digit_is_found_again(none: float):
    """The ten probabilities of a prediction give the eleventh where some digit is very unlikely."""
    digits = np.array([0.7, 0.2, 0.1, *[0.0] * 7]) * (1 - none)
    [shares] = with_none((digits + none / 10)[None])
    assert shares == pytest.approx([*digits, none])
    assert shares.sum() == pytest.approx(1)
