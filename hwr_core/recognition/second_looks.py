"""A line that the first look is unsure of: its strip is read again, made narrower.

Of the texts that the first look thought of, the one that both looks together find the most probable is right more often
than its own choice; where that one is sure, it is not worth the time.
"""

import math
from collections.abc import Callable, Sequence
from itertools import groupby

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.images.types import Grey
from hwr_core.recognition.ctc import Columns, log_likelihood, log_likelihoods, log_softmax, probable_texts, probable_way
from hwr_core.recognition.recogniser import Recogniser

Fits = Callable[[str], bool]

SURE, USUAL_DIGITS = 0.5, 10
"""A first look is believed whose text is at least so probable, or as probable digit by digit where it has more digits
than is usual: of thirty sure digits all are right in one reading of two, and there is nothing to look for again."""

NARROWER = 0.92
"""How much as wide the strip of the second look is. On cheque amounts (1.8 points more were right) no other look was
worth as much: wider, sheared or lower strips, five of them at once, or a word of the network of single digits."""

LEAST_SHARE = 1e-3
"""Texts less probable than this share of the first look's best are not weighed again, nor preferred for fitting."""


def text_of(strip: Grey, columns: Columns, recogniser: Recogniser) -> str:
    """Return the most probable text of a line, by a second look where the first is unsure.

    Args:
        strip: the line, as `hwr_core.images.lines.strips.strip` makes it.
        columns: what the first look saw.
        recogniser: the model.
    """
    likely = probable_way(columns)
    least = SURE ** max(1.0, len(likely) / USUAL_DIGITS)
    if math.exp(log_likelihood(columns, likely)) >= least:
        return likely
    return best_text(probable_texts(columns), _looks(strip, columns, recogniser))


def fitting_text_of(strip: Grey, columns: Columns, recogniser: Recogniser, fits: Fits) -> str | None:
    """Return the most probable text of those that may be one, among what the first look thought of; None for none.

    Takes what `text_of` takes; `fits` tells of digits whether they may be the text.
    """
    texts = probable_texts(columns)
    fitting = [text for text in texts if fits(text)]
    if not fitting:
        return None
    best = best_text(fitting, _looks(strip, columns, recogniser))
    worth = log_likelihood(columns, best) - log_likelihood(columns, texts[0])
    return best if worth >= math.log(LEAST_SHARE) else None


def _looks(strip: Grey, columns: Columns, recogniser: Recogniser) -> list[Columns]:
    return [columns, log_softmax(recogniser.columns(narrower(strip)))]


def narrower(strip: Grey) -> Grey:
    """Return a strip as the second look sees it, uint8 [32, any width, 2]."""
    height, width = strip.shape[:2]
    size = max(1, round(width * NARROWER)), height
    return np.asarray(cv2.resize(strip, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def best_text(texts: Sequence[str], looks: Sequence[Columns]) -> str:
    """Return the text that the looks together find the most probable.

    Args:
        texts: those that the first look found the most probable, best first.
        looks: what each look saw, the first one first.
    """
    first = _of_each(looks[0], texts)
    near = [text for text, one in zip(texts, first, strict=True) if one - first.max() >= np.log(LEAST_SHARE)]
    together = np.mean([_of_each(columns, near) for columns in looks], axis=0)
    return near[int(together.argmax())]


def _of_each(columns: Columns, texts: Sequence[str]) -> NDArray[np.float64]:
    """The logarithms of the probabilities of texts of any lengths."""
    found: dict[str, float] = {}
    for _, same in groupby(sorted(texts, key=len), key=len):
        of_one_length = list(same)
        found |= zip(of_one_length, log_likelihoods(columns, of_one_length).tolist(), strict=True)
    return np.array([found[text] for text in texts])
