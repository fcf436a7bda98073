"""A line -> the digits on it: read as a whole or digit by digit, then every digit gets its part of the line."""

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwr_core.images.lines.page import Line, Page, Part
from hwr_core.images.lines.strips import Strip, strip
from hwr_core.recognition.calibration import digit_probabilities
from hwr_core.recognition.ctc import Columns, given_others, log_likelihood, log_softmax, numbers_apart, places
from hwr_core.recognition.digit_parts import parts_of_digits
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.second_looks import text_of
from hwr_core.recognition.types import DIGITS

STRIP_PIXELS = 2
"""Pixels of a strip to a column of the network's output."""


@dataclass(frozen=True, slots=True)
class LineText:
    """The digits of a line, the parts and the ten probabilities of each; `confidence` that all of them are right.

    `strip` is what the network of lines was shown; None for a line that was read digit by digit, or has no digit.
    """

    text: str
    parts: tuple[tuple[Part, ...], ...]
    probabilities: NDArray[np.floating]
    confidence: float
    strip: Strip | None = None


def digit_by_digit(page: Page, line: Line, recogniser: Recogniser) -> LineText:
    """Read each part of a line as one digit, by the network of single digits."""
    probabilities = digit_probabilities(recogniser.shares([page.normalised([part]) for part in line.parts]))
    text = "".join(str(digit) for digit in probabilities.argmax(axis=1))
    return LineText(text, tuple((part,) for part in line.parts), probabilities, float(probabilities.max(axis=1).prod()))


def as_a_whole(page: Page, line: Line, recogniser: Recogniser) -> list[tuple[Line, LineText]]:
    """Read the most probable digits of a line, by the network of lines, number by number, with the parts of each."""
    of_line = strip(page, line)
    logits = recogniser.columns(of_line.image)
    found: list[tuple[Line, LineText]] = []
    for first, end in numbers_apart(logits):
        alone = of_line.between(STRIP_PIXELS * first, STRIP_PIXELS * end)
        parts = alone.of(line)
        found.append((parts, _number(parts, alone, log_softmax(logits[first:end]), recogniser)))
    return found


def _number(line: Line, of_line: Strip, columns: Columns, recogniser: Recogniser) -> LineText:
    text = text_of(of_line.image, columns, recogniser)
    if not text:
        return LineText("", (), np.zeros((0, len(DIGITS))), 0.0)
    where = places(columns, text)
    middles = [of_line.upright_at(STRIP_PIXELS * (first + last + 1) / 2) for first, last in where]
    return LineText(
        text=text,
        parts=tuple(parts_of_digits(line, middles, of_line.slant)),
        probabilities=given_others(columns, text),
        confidence=min(math.exp(log_likelihood(columns, text)), 1.0),
        strip=of_line,
    )
