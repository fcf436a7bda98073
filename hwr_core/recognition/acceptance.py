"""How probable it is that a whole line of digits is right, and from which confidence on nobody has to check it.

The likelihood of a text under the network of lines is too sure where both readers should doubt. A logistic regression
over a few features of how the line was read tells right from wrong better: `hwr_core.training.acceptance` fits it, and
the model card keeps it.
"""

import math
from collections.abc import Iterator, Sequence

import cv2
import numpy as np

from hwr_core.errors import InvalidValue, ModelUnavailable
from hwr_core.images.lines.page import Line, Page, joint_box
from hwr_core.images.types import Grey
from hwr_core.recognition.calibration import digit_probabilities
from hwr_core.recognition.ctc import log_likelihood, log_softmax
from hwr_core.recognition.line_reader import LineText
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.registry.card import Acceptance

MAX_ERROR, LARGEST_MAX_ERROR = 0.01, 0.5
"""The share of accepted numbers that may be wrong: unless something else is asked for, and at most."""

FEATURES = ("likelihood", "digits", "length", "neighbour", "agreement")
"""In the order of `evidence`:

- likelihood: log-odds of the text under the network of lines, mean over the strip and two variants of it
- digits: log-odds that the network of single digits gives to the digit it doubts most
- length: one by the number of digits: on a short line there is little to be wrong
- neighbour: how near another line stands beside this one, 0 for none: both may be pieces of one number
- agreement: 1 where the page network and the foreground show the same digits, -1 where they do not, and 0 where one of
  both was not asked
"""

LEAST, MOST = 1e-4, 1 - 1e-4
"""Probabilities beyond these say no more."""

SMALLER, HIGHER = 0.86, 1.5
"""The variants of a strip: reduced by this factor, and moved up by so many of its 32 rows."""

FAR = 3.0
"""Heights of a digit from which on another line is no neighbour."""

BESIDE = 0.3
"""Lines stand beside each other where they share this part of the height of the lower one."""


def evidence(
    page: Page, line: Line, found: LineText, recogniser: Recogniser, *, agrees: bool | None
) -> tuple[float, ...]:
    """Return the features of a line that was read, in the order of FEATURES. Costs about as much as reading it.

    Args:
        page: that the line is on.
        line: its parts.
        found: what was read as a whole, with its digits.
        recogniser: the model.
        agrees: whether another way of reading the page gave the same digits; None where none was tried.
    """
    assert found.seen is not None, "the line was read as a whole"
    looks = (_probability(look, found.text, recogniser) for look in _looks(found.seen.strip.image))
    alone = [digit_probabilities(recogniser.shares_of(page.normalised(parts))) for parts in found.parts]
    doubted = min(float(each[int(digit)]) for each, digit in zip(alone, found.text, strict=True))
    return (
        float(np.mean([_log_odds(each) for each in (found.confidence, *looks)])),
        _log_odds(doubted),
        1.0 / len(found.text),
        FAR - min([FAR, *(_distance(line, other) for other in page.lines if other is not line)]),
        {None: 0.0, False: -1.0, True: 1.0}[agrees],
    )


def probability_right(model: Acceptance, found: Sequence[float]) -> float:
    """Return the probability that a line with this evidence is right.

    Raises:
        ModelUnavailable: the model knows a feature that this version of hwr does not.
    """
    values = dict(zip(FEATURES, found, strict=True))
    if unknown := [each.feature for each in model.weights if each.feature not in values]:
        raise ModelUnavailable(f"The model version needs a newer hwr: this one does not know {', '.join(unknown)}.")
    odds = model.bias + sum(each.weight * (values[each.feature] - each.mean) / each.scale for each in model.weights)
    return 1.0 / (1.0 + math.exp(-min(max(odds, -30.0), 30.0)))


def check_max_error(max_error: float) -> None:
    """Refuse an error that is not above 0 and at most 0.5."""
    if not 0.0 < max_error <= LARGEST_MAX_ERROR:
        raise InvalidValue(f"max_error is {max_error}; a number above 0 and up to {LARGEST_MAX_ERROR} is allowed.")


def least_confidence(model: Acceptance | None, max_error: float) -> float:
    """Return the confidence from which on at most this share is wrong; infinity where none is high enough.

    Without a model a confidence is taken for what it says.
    """
    if model is None:
        return 1.0 - max_error
    return min((each.confidence for each in model.thresholds if each.error <= max_error), default=math.inf)


def _looks(strip: Grey) -> Iterator[Grey]:
    """A strip with smaller digits, and with higher ones: what is read only in one of them is not sure.

    As wide as the strip: another width would have the network made ready again, which costs more than running it.
    """
    height, width = strip.shape[:2]
    smaller = np.array([[SMALLER, 0.0, 0.0], [0.0, SMALLER, (1 - SMALLER) * height / 2]])
    higher = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, -HIGHER]])
    for change in (smaller, higher):
        yield np.asarray(cv2.warpAffine(strip, change, (width, height)), np.uint8)


def _probability(strip: Grey, text: str, recogniser: Recogniser) -> float:
    return math.exp(log_likelihood(log_softmax(recogniser.columns(strip)), text))


def _log_odds(probability: float) -> float:
    inside = min(max(probability, LEAST), MOST)
    return math.log(inside / (1.0 - inside))


def _distance(line: Line, other: Line) -> float:
    """How far the nearest part of another line is from this line, beside it, in heights of its digits."""
    left, top, wide, high = joint_box(line.parts)
    gaps = [
        max(left - (x + width), x - (left + wide), 0)
        for x, y, width, height in (part.box for part in other.parts)
        if min(top + high, y + height) - max(top, y) > BESIDE * min(height, line.height)
    ]
    return min(gaps) / line.height if gaps else FAR
