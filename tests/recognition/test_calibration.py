"""What the functions of calibration find on logits whose truth is known."""

import numpy as np
import pytest

from hwr_core.recognition.calibration import (
    REFUSED_DIGITS,
    UNSURE_BELOW,
    calibration_error,
    decide,
    digit_probabilities,
    fit_temperature,
    reliability,
    softmax,
)
from hwr_core.recognition.types import CLASSES, NOT_A_DIGIT

COUNT = 20_000


@pytest.fixture(scope="module")
def honest():
    """Logits, and labels drawn from the very probabilities that these logits stand for."""
    rng = np.random.default_rng(0)
    logits = rng.normal(0, 2.5, (COUNT, CLASSES)).astype(np.float32)
    shares = softmax(logits).astype(np.float64)
    labels = (shares.cumsum(axis=1) > rng.uniform(size=(COUNT, 1))).argmax(axis=1)
    return logits, labels.astype(np.uint8)


@pytest.mark.parametrize("boast", [0.5, 1.0, 2.0, 4.0])
def test_temperature_undoes_overconfidence(honest, boast):
    """Logits so many times too large get just that temperature."""
    logits, labels = honest
    assert fit_temperature(logits * np.float32(boast), labels) == pytest.approx(boast, rel=0.06)


def test_honest_confidence_has_no_calibration_error(honest):
    """Where 80 % sure means 80 % right the error is near 0; boasting makes it grow."""
    logits, labels = honest

    def error(boast: float) -> float:
        shares = softmax(logits * np.float32(boast))
        return calibration_error(shares.max(axis=1), shares.argmax(axis=1) == labels)

    assert error(1) < 0.015
    assert error(3) > 0.1


def test_calibration_error_is_the_gap_between_confidence_and_truth():
    """Always sure and always wrong is an error of 1; nothing read is an error of 0."""
    sure = np.ones(50, np.float32)
    assert calibration_error(sure, np.zeros(50, bool)) == 1
    assert calibration_error(sure, np.ones(50, bool)) == 0
    assert calibration_error(sure[:0], np.zeros(0, bool)) == 0
    assert calibration_error(np.full(50, 0.7, np.float32), np.arange(50) < 30) == pytest.approx(0.1)


def test_softmax_of_huge_logits_is_finite():
    """Large logits do not overflow, and each row sums to 1."""
    shares = softmax(np.array([[1e4, 0, -1e4], [3, 3, 3]], np.float32))
    np.testing.assert_allclose(shares, [[1, 0, 0], [1 / 3] * 3], atol=1e-6)


def test_what_speaks_for_no_digit_is_spread_evenly():
    """Ten probabilities still sum to 1, and no digit overtakes another."""
    shares = softmax(np.random.default_rng(1).normal(0, 2, (100, CLASSES)).astype(np.float32))
    ten = digit_probabilities(shares)
    np.testing.assert_allclose(ten.sum(axis=1), 1, atol=1e-5)
    np.testing.assert_array_equal(ten.argsort(axis=1), shares[:, :NOT_A_DIGIT].argsort(axis=1))


@pytest.fixture(scope="module")
def mixed():
    """Logits of a good network: digits that mostly look like digits, others that mostly do not."""
    rng = np.random.default_rng(2)
    labels = rng.integers(0, CLASSES, COUNT).astype(np.uint8)
    logits = rng.normal(0, 1, (COUNT, CLASSES)).astype(np.float32)
    logits[np.arange(COUNT), labels] += rng.normal(8, 2, COUNT)
    return logits, labels


def test_few_digits_are_refused(mixed):
    """No greater share of digits than stated is answered with "not a digit", and most of what is none is refused."""
    logits, labels = mixed
    decision = decide(logits, labels)
    refused = softmax(logits / decision.temperature)[:, NOT_A_DIGIT] > decision.not_a_digit_above
    assert refused[labels != NOT_A_DIGIT].mean() <= REFUSED_DIGITS
    assert refused[labels == NOT_A_DIGIT].mean() > 0.9


def test_a_hopeless_network_still_gets_usable_thresholds():
    """Logits that know nothing give a threshold of one half or more, never none; "unsure" means what it always does."""
    rng = np.random.default_rng(4)
    decision = decide(
        rng.normal(size=(500, CLASSES)).astype(np.float32), rng.integers(0, CLASSES, 500).astype(np.uint8)
    )
    assert 0.5 <= decision.not_a_digit_above <= 0.9
    assert decision.unsure_below == UNSURE_BELOW


def test_reliability_sets_confidence_against_truth(honest):
    """Each bin of honest answers is right as often as it says; together they are all answers."""
    logits, labels = honest
    shares = softmax(logits)
    bins = reliability(shares.max(axis=1), shares.argmax(axis=1) == labels)
    assert sum(each.answers for each in bins) == COUNT
    assert all(abs(each.confidence - each.accuracy) < 0.05 for each in bins if each.answers > 500)
