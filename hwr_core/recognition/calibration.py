"""What a network's logits are worth: temperature, thresholds for "not a digit" and "unsure", calibration error."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwr_core.recognition.types import NOT_A_DIGIT
from hwr_core.registry.card import Decision, ReliabilityBin

Logits = NDArray[np.float32]
"""float32 [n, digits + 1], before the softmax: eleven, or those of another script's symbols; "not a digit" is last.
Its label is the number of digits."""

REFUSED_DIGITS = 0.005
"""Share of validation digits that "not a digit" may refuse."""

UNSURE_BELOW = 0.8
"""A digit of lower confidence is unsure. As confidences are calibrated, this means the same for every version: more
than one in five such predictions is wrong."""

OTHERS = 0.1
"""Share of images without a digit for which confidences are calibrated, whatever it is among the samples."""

METHOD = (
    "Logits are divided by one temperature (Guo et al., 2017), the one with the least calibration error (as Mukhoti et "
    "al., 2020, choose it) over what is named a digit of the validation writers of all sources, where one image in "
    "ten holds none; what speaks for no digit is spread evenly over the ten."
)
"""How a confidence is made, for the card."""

TEMPERATURES: tuple[float, ...] = tuple(np.exp(np.linspace(np.log(0.1), np.log(10.0), 231)).tolist())
"""Those that are tried."""

BINS = 15


def decide(logits: Logits, labels: NDArray[np.uint8]) -> Decision:
    """Choose temperature and thresholds on validation samples."""
    temperature = fit_temperature(logits, labels)
    shares = softmax(logits / temperature)
    real = labels != logits.shape[1] - 1
    return Decision(
        temperature=temperature,
        not_a_digit_above=float(np.clip(np.quantile(shares[real, -1], 1.0 - REFUSED_DIGITS), 0.5, 0.95)),
        unsure_below=UNSURE_BELOW,
    )


def fit_temperature(logits: Logits, labels: NDArray[np.uint8]) -> float:
    """Return the temperature at which confidences are most nearly right, to about two percent.

    By calibration error and not by likelihood: a few wrong labels among thousands of easy images outweigh all others
    there, and make every answer less sure than it deserves. Of temperatures that chance alone tells apart, the one
    nearest to 1 is taken: where hardly anything is wrong, extreme ones look as good, and fail on other handwriting.
    """
    real = labels != logits.shape[1] - 1
    weights = usual_weights(labels, logits.shape[1] - 1)

    def error(temperature: float) -> float:
        shares = softmax(logits / temperature)
        named = shares[:, -1] < 0.5
        probabilities = digit_probabilities(shares[named])
        return calibration_error(
            probabilities.max(axis=1), probabilities.argmax(axis=1) == labels[named], weights[named]
        )

    errors = {temperature: error(temperature) for temperature in TEMPERATURES}
    wrong = logits[real, :-1].argmax(axis=1) != labels[real]
    share = (int(wrong.sum()) + 1) / (len(wrong) + 2)  # Laplace's rule: without an error one cannot be ruled out
    noise = (share * (1.0 - share) / max(len(wrong), 1)) ** 0.5
    good = [temperature for temperature in TEMPERATURES if errors[temperature] <= min(errors.values()) + noise]
    return min(good, key=lambda temperature: abs(np.log(temperature)))


def usual_weights(labels: NDArray[np.uint8], none: int = NOT_A_DIGIT) -> NDArray[np.float64]:
    """Return how much each sample counts, so that one image in ten holds no digit, whatever it is among the samples.

    A digit counts 1; `none` is the label of what is no digit. The sets of letters, marks and noise are there to be
    refused; people seldom send them.
    """
    real = labels != none
    others = OTHERS * real.sum() / ((1.0 - OTHERS) * max((~real).sum(), 1))
    return np.where(real, 1.0, others)


def softmax(logits: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return probabilities along the last axis."""
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


def digit_probabilities(shares: NDArray[np.float32]) -> NDArray[np.float32]:
    """Spread what speaks for "not a digit" evenly over the digits: [..., n + 1] -> [..., n], still summing to 1."""
    return np.asarray(shares[..., :-1] + shares[..., -1:] / (shares.shape[-1] - 1), np.float32)


def calibration_error(
    confidence: NDArray[np.float32], right: NDArray[np.bool_], weights: NDArray[np.floating] | None = None
) -> float:
    """Return the expected calibration error over 15 bins of equal width (Naeini et al., 2015), 0 to 1.

    Args:
        confidence: of each answer, 0 to 1.
        right: whether it is.
        weights: how much each counts; all alike when not given.
    """
    if not len(confidence):
        return 0.0
    return binned_calibration_error(confidence, right, np.ones(len(confidence)) if weights is None else weights)


def binned_calibration_error(
    confidence: NDArray[np.floating], accuracy: NDArray[Any], weights: NDArray[np.floating]
) -> float:
    """Return the same of groups of answers of about one confidence: how often each group was right, and its weight."""
    gaps = np.bincount(_bins(confidence), weights * (confidence - accuracy), minlength=BINS)
    return float(np.abs(gaps).sum() / weights.sum())


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


def _bins(confidence: NDArray[np.floating]) -> NDArray[np.intp]:
    return np.minimum((confidence * BINS).astype(np.intp), BINS - 1)
