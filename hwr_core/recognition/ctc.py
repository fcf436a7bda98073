"""The logits of a line's columns -> the digits on it, how probable they are, and where each stands.

Connectionist temporal classification (Graves et al., 2006): a text's probability is that of all ways to spread it over
the columns, a digit over one or more of them, blanks between; between two of the same digit a blank is needed.
"""

import math
from collections import defaultdict
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from hwr_core.recognition.types import DIGITS, NOT_A_DIGIT

BLANK = NOT_A_DIGIT

Columns = NDArray[np.float64]
"""Logarithms of probabilities, float64 [columns, 11]: the ten digits, and none."""

BEAM = 12
UNLIKELY = np.log(1e-4)
"""A digit less probable than this is not tried at a column."""

NEVER = -1e30


def log_softmax(logits: NDArray[np.floating]) -> Columns:
    """Return logarithms of probabilities along the last axis."""
    shifted = np.asarray(logits - logits.max(axis=-1, keepdims=True), np.float64)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), np.float64)


def most_probable_text(columns: Columns) -> str:
    """Return the digits that are most probable."""
    return probable_texts(columns)[0]


def probable_texts(columns: Columns) -> list[str]:
    """Return the most probable texts, at most twelve, best first, by prefix beam search (Hannun et al., 2014)."""
    beams: dict[str, tuple[float, float]] = {"": (0.0, NEVER)}
    for column in columns:
        tried = [digit for digit in DIGITS if column[digit] > UNLIKELY]
        reached: defaultdict[str, list[float]] = defaultdict(lambda: [NEVER, NEVER])
        for text, (after_blank, after_digit) in beams.items():
            either = _either(after_blank, after_digit)
            _add(reached[text], 0, either + column[BLANK])
            if text:
                _add(reached[text], 1, after_digit + column[int(text[-1])])
            for digit in tried:
                repeated = text.endswith(str(digit))
                _add(reached[text + str(digit)], 1, (after_blank if repeated else either) + column[digit])
        best = sorted(reached.items(), key=lambda each: -_either(*each[1]))[:BEAM]
        beams = {text: (found[0], found[1]) for text, found in best}
    return sorted(beams, key=lambda text: -_either(*beams[text]))


def _add(found: list[float], place: int, log_probability: float) -> None:
    found[place] = _either(found[place], log_probability)


def _either(one: float, other: float) -> float:
    """The logarithm of the sum of two probabilities. NumPy takes ten times as long for single numbers."""
    larger, smaller = (one, other) if one > other else (other, one)
    return larger + math.log1p(math.exp(smaller - larger))


def log_likelihood(columns: Columns, text: str) -> float:
    """Return the logarithm of a text's probability."""
    return float(log_likelihoods(columns, [text])[0])


def log_likelihoods(columns: Columns, texts: Sequence[str]) -> NDArray[np.float64]:
    """Return the logarithms of the probabilities of texts, all of the same length."""
    states, skips = _states(texts)
    alpha = np.full(states.shape, NEVER)
    alpha[:, :2] = columns[0][states[:, :2]]
    for column in columns[1:]:
        alpha = np.logaddexp.reduce(_steps(alpha, skips), axis=0) + column[states]
    return np.asarray(np.logaddexp.reduce(alpha[:, -2:], axis=1), np.float64)


def places(columns: Columns, text: str) -> list[tuple[int, int]]:
    """Return the first and the last column of each digit on the most probable way to spread a text (Viterbi, 1967)."""
    states, skips = _states([text])
    alpha = np.full(states.shape, NEVER)
    alpha[:, :2] = columns[0][states[:, :2]]
    moves = np.zeros((len(columns), states.shape[1]), np.intp)
    for number, column in enumerate(columns[1:], start=1):
        steps = _steps(alpha, skips)
        moves[number] = steps.argmax(axis=0)[0]
        alpha = steps.max(axis=0) + column[states]
    state = states.shape[1] - 2 + int(alpha[0, -1] >= alpha[0, -2]) if text else 0
    found: dict[int, tuple[int, int]] = {}
    for number in range(len(columns) - 1, -1, -1):
        if state % 2:
            _, last = found.get(state // 2, (number, number))
            found[state // 2] = number, last
        state -= int(moves[number, state])
    return [found[digit] for digit in range(len(text))]


def _states(texts: Sequence[str]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """The digits of each text with blanks around them, and where a blank may be passed over: between other digits."""
    digits = np.array([[int(digit) for digit in text] for text in texts], np.intp).reshape(len(texts), -1)
    states = np.full((len(texts), 2 * digits.shape[1] + 1), BLANK, np.intp)
    states[:, 1::2] = digits
    skips = np.zeros(states.shape, bool)
    skips[:, 3::2] = digits[:, 1:] != digits[:, :-1]
    return states, skips


def _steps(alpha: NDArray[np.float64], skips: NDArray[np.bool_]) -> NDArray[np.float64]:
    """What leads to each state: staying, coming from the one before, or from the one before that."""
    one, two = np.full_like(alpha, NEVER), np.full_like(alpha, NEVER)
    one[:, 1:] = alpha[:, :-1]
    two[:, 2:] = np.where(skips[:, 2:], alpha[:, :-2], NEVER)
    return np.stack([alpha, one, two])
