"""Which labels are likely wrong, by the probabilities of models that were not trained on them.

Confident learning (Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", Journal
of Artificial Intelligence Research 70, 2021). A label is suspected when the model is as sure of another one as it
usually is of images with that other label.
"""

import numpy as np
from numpy.typing import NDArray

ENOUGH = 0.5
"""The probability at which a sample is suspected to deserve a label that no sample has."""

Shares = NDArray[np.float64]
"""float64 [n, classes], each row summing to 1."""


def with_none(probabilities: NDArray[np.float64]) -> Shares:
    """Return the probability of each digit and, at the end, of no digit: [n, digits] -> [n, digits + 1].

    The ten probabilities of a prediction contain that of no digit, spread evenly over them. The least probable digit
    has hardly more than its tenth of it, so ten times its probability is that of no digit; likewise of other scripts.
    """
    least = probabilities.min(axis=1, keepdims=True)
    return np.hstack([probabilities - least, probabilities.shape[1] * least])


def margins(shares: Shares, labels: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return the probability of each label less that of the best other one, -1 to 1; low for wrong labels."""
    rows = np.arange(len(labels))
    others = shares.copy()
    others[rows, labels] = -np.inf
    return np.asarray(shares[rows, labels] - others.max(axis=1, initial=-np.inf), np.float64)


def suspects(shares: Shares, labels: NDArray[np.integer]) -> NDArray[np.intp]:
    """Return which labels are likely wrong, the most suspect first.

    Args:
        shares: the probability of each label by a model that was not trained on these samples (out of sample).
        labels: the labels, [n], each a column of `shares`.

    A sample is suspected when the model prefers another label, at a probability of at least the average that samples
    with that other label have (the confident joint of the paper). Suspects are ranked by their margin.
    """
    preferred = shares.argmax(axis=1)
    rows = np.arange(len(labels))
    doubted = (preferred != labels) & (shares[rows, preferred] >= _thresholds(shares, labels)[preferred])
    found = np.flatnonzero(doubted)
    return found[np.argsort(margins(shares, labels)[found], kind="stable")]


def _thresholds(shares: Shares, labels: NDArray[np.integer]) -> NDArray[np.float64]:
    """The mean probability of each label over the samples that have it."""
    classes = shares.shape[1]
    given = shares[np.arange(len(labels)), labels]
    counts = np.bincount(labels, minlength=classes)
    sums = np.bincount(labels, weights=given, minlength=classes)
    return np.where(counts > 0, sums / np.maximum(counts, 1), ENOUGH)
