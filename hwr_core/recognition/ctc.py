"""The logits of a line's columns -> the digits on it, how probable they are, and where each stands.

Connectionist temporal classification (Graves et al., 2006): a text's probability is that of all ways to spread it over
the columns, a digit over one or more of them, blanks between; between two of the same digit a blank is needed.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from hwr_core.recognition.types import CLASSES, DIGITS, NOT_A_DIGIT

BLANK = NOT_A_DIGIT

Columns = NDArray[np.float64]
"""Logarithms of probabilities, float64 [columns, 11]: the ten digits, and none."""

BEAM = 12
UNLIKELY = 1e-4
"""A digit less probable than this is not tried at a column."""

NEIGHBOURS = 2
"""Digits to either side that a digit's probabilities take into account."""

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


def log_likelihood(columns: Columns, text: str) -> float:
    """Return the logarithm of a text's probability."""
    return float(log_likelihoods(columns, [text])[0])


def log_likelihoods(
    columns: Columns, texts: Sequence[str], windows: Sequence[tuple[int, int]] | None = None
) -> NDArray[np.float64]:
    """Return the logarithms of the probabilities of texts, all of the same length.

    Args:
        columns: of a line.
        texts: the digits.
        windows: of each text the first of its columns, and the one after its last; all columns by default.
    """
    begins, ends = np.array(windows or [(0, len(columns))] * len(texts), np.intp).T
    lengths = ends - begins
    order = np.argsort(-lengths, kind="stable")
    found = np.empty(len(texts))
    found[order] = _forward(np.exp(columns), [texts[place] for place in order], begins[order], lengths[order])
    return np.where([_least_columns(text) for text in texts] > lengths, NEVER, found)


def _least_columns(text: str) -> int:
    return len(text) + sum(one == other for one, other in pairwise(text))


def _forward(
    shares: NDArray[np.float64], texts: Sequence[str], begins: NDArray[np.intp], lengths: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Go through the columns of all texts at once; those with the most columns come first."""
    states, skips = (each.T for each in _states(texts))
    flat, emitted, skipping = np.maximum(shares, LEAST_SHARE).ravel(), begins * CLASSES + states, skips.astype(float)
    # Two rows of zeros before the first state: what leads to a state is it, the row before and the one before that.
    alpha = np.full((2 + len(states), len(texts)), LEAST)
    alpha[:2] = 0.0
    alpha[2:4] = flat.take(emitted[:2])
    scale, found = np.zeros(len(texts)), np.empty(len(texts))
    for number in range(1, int(lengths[0]) + 1):
        going = int(np.searchsorted(-lengths, -number))  # those with more columns than so many
        if going < len(scale):
            found[going : len(scale)] = scale[going:] + np.log(alpha[-2:, going:].sum(axis=0))
            alpha, scale, emitted, skipping = alpha[:, :going], scale[:going], emitted[:, :going], skipping[:, :going]
        arriving = skipping * alpha[:-2]
        arriving += alpha[1:-1]
        arriving += alpha[2:]
        np.multiply(arriving, flat[number * CLASSES :].take(emitted), out=alpha[2:])
        if number % SCALED_AFTER == 0 and going:
            most = np.maximum.reduce(alpha, axis=0)
            scale = scale + np.log(most)
            np.maximum(alpha[2:] / most, LEAST, out=alpha[2:])
    return found


def given_neighbours(columns: Columns, text: str, where: Sequence[tuple[int, int]]) -> NDArray[np.float64]:
    """Return the probabilities of the ten digits at each place of a text, given those beside it: float64 [places, 10].

    Args:
        columns: of a line.
        text: the digits on it.
        where: the first and the last column of each, as `places` finds them.
    """
    found = np.zeros((len(text), len(DIGITS)))
    of_width: dict[int, list[int]] = {}
    for place in range(len(text)):
        first, last = _around(text, place)
        of_width.setdefault(last - first, []).append(place)
    for same in of_width.values():
        texts, windows = [], []
        for place in same:
            first, last = _around(text, place)
            window = where[first - 1][1] + 1 if first else 0, where[last][0] if last < len(text) else len(columns)
            texts += [f"{text[first:place]}{digit}{text[place + 1 : last]}" for digit in DIGITS]
            windows += [window] * len(DIGITS)
        found[same] = np.exp(log_softmax(log_likelihoods(columns, texts, windows).reshape(len(same), -1)))
    return found


def _around(text: str, place: int) -> tuple[int, int]:
    """The first digit that a place's probabilities take into account, and the one after the last."""
    return max(0, place - NEIGHBOURS), min(len(text), place + NEIGHBOURS + 1)


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
