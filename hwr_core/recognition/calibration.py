"""What a network's logits are worth: temperature, thresholds for "not a digit" and "unsure", calibration error."""

import numpy as np
from numpy.typing import NDArray

from hwr_core.datasets.samples import NOT_A_DIGIT
from hwr_core.model_card import Decision, ReliabilityBin

Logits = NDArray[np.float32]
"""float32 [n, 11], before the softmax."""

REFUSED_DIGITS = 0.002
"""Share of validation digits that "not a digit" may refuse."""

UNSURE_BELOW = 0.8
"""A digit named at a lower confidence is unsure. As confidences are calibrated this says the same of every version:
more than one in five such readings is wrong."""

METHOD = (
    "Logits are divided by the temperature of least negative log-likelihood over the validation writers of all sources "
    "(Guo et al., 2017), digits and others together; what speaks for no digit is spread evenly over the ten."
)
"""How a confidence is made, for the card."""

BINS = 15


def decide(logits: Logits, labels: NDArray[np.uint8]) -> Decision:
    """Choose temperature and thresholds on validation samples."""
    temperature = fit_temperature(logits, labels)
    shares = softmax(logits / temperature)
    real = labels != NOT_A_DIGIT
    return Decision(
        temperature=temperature,
        not_a_digit_above=float(np.clip(np.quantile(shares[real, NOT_A_DIGIT], 1.0 - REFUSED_DIGITS), 0.5, 0.95)),
        unsure_below=UNSURE_BELOW,
    )


def fit_temperature(logits: Logits, labels: NDArray[np.uint8]) -> float:
    """Return the temperature of least negative log-likelihood (Guo et al., 2017), to about one percent."""
    candidates = np.exp(np.linspace(np.log(0.1), np.log(10.0), 461))
    losses = [-np.log(softmax(logits / t)[np.arange(len(labels)), labels] + 1e-12).mean() for t in candidates]
    return float(candidates[int(np.argmin(losses))])


def softmax(logits: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return probabilities along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


def digit_probabilities(shares: NDArray[np.float32]) -> NDArray[np.float32]:
    """Spread what speaks for "not a digit" evenly over the ten digits: [..., 11] -> [..., 10], still summing to 1."""
    return np.asarray(shares[..., :NOT_A_DIGIT] + shares[..., NOT_A_DIGIT:] / NOT_A_DIGIT, np.float32)


def calibration_error(confidence: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """Return the expected calibration error over 15 bins of equal width (Naeini et al., 2015), 0 to 1."""
    bins = _bins(confidence)
    gaps = [abs(float(confidence[bins == b].sum()) - float(right[bins == b].sum())) for b in range(BINS)]
    return float(sum(gaps) / max(len(confidence), 1))


def reliability(confidence: NDArray[np.float32], right: NDArray[np.bool_]) -> tuple[ReliabilityBin, ...]:
    """Return how often answers of about each confidence were right; bins without any are left out."""
    bins = _bins(confidence)
    return tuple(
        ReliabilityBin(
            confidence=float(confidence[inside].mean()), accuracy=float(right[inside].mean()), answers=int(inside.sum())
        )
        for number in range(BINS)
        if (inside := bins == number).any()
    )


def _bins(confidence: NDArray[np.float32]) -> NDArray[np.intp]:
    return np.minimum((confidence * BINS).astype(np.intp), BINS - 1)
