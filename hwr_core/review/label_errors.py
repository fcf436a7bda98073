"""Which labels are likely wrong, told from what models gave them that had not learned them.

Confident learning (Northcutt, Jiang and Chuang, "Confident Learning: Estimating Uncertainty in Dataset Labels", Journal
of Artificial Intelligence Research 70, 2021). A label is suspected when the model is as sure of another one as it
usually is of images that bear that other one.
"""

import numpy as np
from numpy.typing import NDArray

ENOUGH = 0.5
"""What a label that no sample bears has to be given before a sample is suspected to deserve it."""

Shares = NDArray[np.float64]
"""float64 [n, classes], each row summing to 1."""


def eleven_shares(probabilities: NDArray[np.float64]) -> Shares:
    """Return what a model gave each digit and, at the end, no digit: [n, 10] -> [n, 11].

    The ten probabilities of a prediction have what speaks for no digit spread evenly over them. The least probable digit
    has hardly more than its tenth of that, so ten times its probability is what spoke for none.
    """
    least = probabilities.min(axis=1, keepdims=True)
    return np.hstack([probabilities - least, 10 * least])


def margins(shares: Shares, labels: NDArray[np.integer]) -> NDArray[np.float64]:
    """Return how much more a model gave each label than the best other one, -1 to 1; wrong labels are low."""
    rows = np.arange(len(labels))
    others = shares.copy()
    others[rows, labels] = -np.inf
    return np.asarray(shares[rows, labels] - others.max(axis=1, initial=-np.inf), np.float64)


def suspects(shares: Shares, labels: NDArray[np.integer]) -> NDArray[np.intp]:
    """Return which labels are likely wrong, the most suspect first.

    Args:
        shares: what each label was given by a model that had not learned from these samples (out of sample).
        labels: what people say, [n], each a column of `shares`.

    A sample is suspected when the label its model prefers is not the one it bears, and is given at least the average
    that samples bearing that label are given for it (the confident joint of the paper). Suspects are ranked by their
    margin.
    """
    preferred = shares.argmax(axis=1)
    rows = np.arange(len(labels))
    doubted = (preferred != labels) & (shares[rows, preferred] >= _thresholds(shares, labels)[preferred])
    found = np.flatnonzero(doubted)
    return found[np.argsort(margins(shares, labels)[found], kind="stable")]


def _thresholds(shares: Shares, labels: NDArray[np.integer]) -> NDArray[np.float64]:
    """The mean that each label is given by the samples bearing it."""
    classes = shares.shape[1]
    given = shares[np.arange(len(labels)), labels]
    counts = np.bincount(labels, minlength=classes)
    sums = np.bincount(labels, weights=given, minlength=classes)
    return np.where(counts > 0, sums / np.maximum(counts, 1), ENOUGH)
