"""The logits of a line's columns -> the digits on it, how probable they are, and where each stands.

Connectionist temporal classification (Graves et al., 2006): a text's probability is that of all ways to spread it over
the columns, a digit over one or more of them, blanks between; between two of the same digit a blank is needed.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwr_core.recognition.types import DIGITS, NOT_A_DIGIT

BLANK = NOT_A_DIGIT

Columns = NDArray[np.float64]
"""Logarithms of probabilities, float64 [columns, 11]: the ten digits, and none."""

BEAM = 12
UNLIKELY = 1e-4
"""A digit less probable than this is not tried at a column."""

NEVER = -1e30
SCALED_AFTER, LEAST, LEAST_SHARE = 4, 1e-160, 1e-30
"""After so many columns the ways to spread a text are measured by the most probable one, and none counts as less
probable than that beside it, nor a digit at a column: what was 0 would stay so whatever followed."""


def log_softmax(logits: NDArray[np.floating]) -> Columns:
    """Return logarithms of probabilities along the last axis."""
    shifted = np.asarray(logits - logits.max(axis=-1, keepdims=True), np.float64)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True)), np.float64)


_Beam: TypeAlias = tuple[str, int, float, float]
"""A text, its last digit, and how probable it is with a blank after it, and without."""


def probable_texts(columns: Columns) -> list[str]:
    """Return the most probable texts, at most twelve, best first, by prefix beam search (Hannun et al., 2014)."""
    beams: list[_Beam] = [("", BLANK, 1.0, 0.0)]
    for shares in np.exp(columns).tolist():
        tried = [(str(digit), digit, shares[digit]) for digit in DIGITS if shares[digit] > UNLIKELY]
        if not tried:  # at most columns
            blank = shares[BLANK]
            beams = [(text, last, (ended + open_) * blank, open_ * shares[last]) for text, last, ended, open_ in beams]
            continue
        best = sorted(_longer(beams, shares, tried), key=_probability, reverse=True)[:BEAM]
        most = _probability(best[0])
        # Only which is the largest matters; of many columns the products would become 0.
        beams = [(text, last, ended / most, open_ / most) for text, last, ended, open_ in best]
    return [beam[0] for beam in sorted(beams, key=_probability, reverse=True)]


def _longer(beams: Sequence[_Beam], shares: Sequence[float], tried: Sequence[tuple[str, int, float]]) -> list[_Beam]:
    """Each text after another column: as it is, and with each of the digits that are tried."""
    ended = {text: (last, (rest + open_) * shares[BLANK]) for text, last, rest, open_ in beams}
    unended = {text: open_ * shares[last] for text, last, _, open_ in beams}
    for text, last, rest, open_ in beams:
        either = rest + open_
        for name, digit, share in tried:
            longer = text + name
            unended[longer] = unended.get(longer, 0.0) + (rest if digit == last else either) * share
            if longer not in ended:
                ended[longer] = digit, 0.0
    return [(text, last, rest, unended[text]) for text, (last, rest) in ended.items()]


def _probability(beam: _Beam) -> float:
    return beam[2] + beam[3]


def probable_way(columns: Columns) -> str:
    """Return the text of the most probable digit or blank of each column: mostly, not always, the most probable one."""
    best = columns.argmax(axis=1)
    begins = np.flatnonzero(np.diff(best, prepend=BLANK))
    return "".join(str(digit) for digit in best[begins] if digit != BLANK)


def log_likelihood(columns: Columns, text: str) -> float:
    """Return the logarithm of a text's probability."""
    return float(log_likelihoods(columns, [text])[0])


def log_likelihoods(columns: Columns, texts: Sequence[str]) -> NDArray[np.float64]:
    """Return the logarithms of the probabilities of texts, all of the same length."""
    found = _forward(np.exp(columns), texts)
    return np.where(np.array([_least_columns(text) for text in texts]) > len(columns), NEVER, found)


def _least_columns(text: str) -> int:
    return len(text) + sum(one == other for one, other in pairwise(text))


def _forward(shares: NDArray[np.float64], texts: Sequence[str]) -> NDArray[np.float64]:
    """Go through the columns for all texts at once."""
    states, skips = (each.T for each in _states(texts))
    emitted, skipping = np.maximum(shares, LEAST_SHARE)[:, states], skips.astype(float)
    # Two rows of zeros before the first state: what leads to a state is it, the row before and the one before that.
    alpha = np.full((2 + len(states), len(texts)), LEAST)
    alpha[:2] = 0.0
    alpha[2:4] = emitted[0, :2]
    scale = np.zeros(len(texts))
    for number in range(1, len(shares)):
        arriving = skipping * alpha[:-2]
        arriving += alpha[1:-1]
        arriving += alpha[2:]
        np.multiply(arriving, emitted[number], out=alpha[2:])
        if number % SCALED_AFTER == 0:
            most = np.maximum.reduce(alpha, axis=0)
            scale = scale + np.log(most)
            np.maximum(alpha[2:] / most, LEAST, out=alpha[2:])
    return np.asarray(scale + np.log(alpha[-2:].sum(axis=0)))


def given_others(columns: Columns, text: str) -> NDArray[np.float64]:
    """Return the probabilities of the ten digits at each place of a text, given all others: float64 [places, 10].

    What leads to a place and what follows it are added up once, by the forward and the backward algorithm (Rabiner,
    1989); only the ways through the place itself depend on its digit.
    """
    if not text:
        return np.zeros((0, len(DIGITS)))
    shares = np.maximum(np.exp(columns), LEAST_SHARE)
    states, skips = (each[0] for each in _states([text]))
    arriving, scale = _arriving(shares[:, states], skips)
    with np.errstate(over="ignore", invalid="ignore"):
        leaving = _leaving(shares[:, states], skips, scale)
    digits = np.array([int(digit) for digit in text])
    differs = np.arange(len(DIGITS)) != digits[:, None]
    # A digit follows the one before without a blank, and is so followed, only where the two differ.
    from_digit, to_digit = np.zeros(differs.shape), np.zeros(differs.shape)
    from_digit[1:], to_digit[:-1] = differs[:-1], differs[1:]
    scaled = shares[:, None, : len(DIGITS)] / scale[:, None, None]
    within, found = np.zeros(differs.shape), np.zeros(differs.shape)
    with np.errstate(over="ignore", invalid="ignore"):
        for column in range(len(shares)):
            blank_before, digit_before = arriving[column]
            within = scaled[column] * (within + blank_before[:, None] + from_digit * digit_before[:, None])
            blank_after, digit_after = leaving[column]
            found += within * (blank_after[:, None] + to_digit * digit_after[:, None])
    # Of a text so improbable that its ways are lost in rounding nobody knows any digit.
    found[~(np.isfinite(found).all(axis=1) & (found.sum(axis=1) > 0))] = 1.0
    return np.asarray(found / found.sum(axis=1, keepdims=True))


def _arriving(
    emitted: NDArray[np.float64], skips: NDArray[np.bool_]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """For each column and digit of a text, the probability of all columns before it, if they lead up to the digit.

    Returns float64 [columns, 2, digits], ending with the blank before the digit (0) or with the digit before that (1);
    and by how much each column is scaled, so that none becomes too small: the sum over all states is 1.
    """
    columns, count = emitted.shape
    skipping, alpha = skips.astype(float), np.zeros(2 + count)
    found, scale = np.zeros((columns, 2, count // 2)), np.empty(columns)
    found[0, 0, 0] = 1.0
    alpha[2:4] = emitted[0, :2]
    for column in range(columns):
        if column:
            found[column] = alpha[2:-1:2], alpha[1:-2:2]
            alpha[2:] = emitted[column] * (alpha[2:] + alpha[1:-1] + skipping * alpha[:-2])
        scale[column] = alpha.sum()
        alpha /= scale[column]
    return found, scale


def _leaving(emitted: NDArray[np.float64], skips: NDArray[np.bool_], scale: NDArray[np.float64]) -> NDArray[np.float64]:
    """For each column and digit of a text, the probability of all columns after it, if the digit ends there.

    Returns float64 [columns, 2, digits], beginning with a blank (0) or the next digit (1); scaled as what arrives is.
    """
    columns, count = emitted.shape
    skipping, beta = skips.astype(float), np.zeros(count + 2)
    found = np.zeros((columns, 2, count // 2))
    found[-1, 0, -1] = 1.0
    beta[count - 2 : count] = 1.0
    for column in range(columns - 1, 0, -1):
        after = np.zeros(count + 2)
        after[:count] = emitted[column] * beta[:count] / scale[column]
        found[column - 1] = after[2:-1:2], after[3::2]
        beta[:count] = after[:count] + after[1:-1]
        beta[: count - 2] += skipping[2:] * after[2:count]
    return found


def places(columns: Columns, text: str) -> list[tuple[int, int]]:
    """Return the first and the last column of each digit on the most probable way to spread a text (Viterbi, 1967)."""
    states, skips = (each[0] for each in _states([text]))
    skipping = np.where(skips, 0.0, NEVER)
    # Two states that never are before the first, as in `_forward`.
    alpha = np.full(2 + len(states), NEVER)
    alpha[2:4] = columns[0][states[:2]]
    moves = np.zeros((len(columns), len(states)), np.int8)
    emitted = columns[:, states]
    for number in range(1, len(columns)):
        one, two = alpha[1:-1], alpha[:-2] + skipping
        near = np.maximum(alpha[2:], one)
        moves[number] = np.where(two > near, 2, one > alpha[2:])
        alpha[2:] = np.maximum(near, two) + emitted[number]
    state = len(states) - 2 + int(alpha[-1] >= alpha[-2]) if text else 0
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
