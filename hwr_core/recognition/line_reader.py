"""A line -> the digits on it: read as a whole or digit by digit, then every digit gets its part of the line."""

import math
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from hwr_core.images.lines.page import Line, Page, Part
from hwr_core.images.lines.strips import Strip, strip
from hwr_core.recognition.calibration import digit_probabilities
from hwr_core.recognition.ctc import Columns, given_others, log_likelihood, log_softmax, places
from hwr_core.recognition.digit_parts import parts_of_digits
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.second_looks import Fits, fitting_text_of, text_of
from hwr_core.recognition.types import DIGITS

STRIP_PIXELS = 2
"""Pixels of a strip to a column of the network's output."""


@dataclass(frozen=True, slots=True)
class LineText:
    """The digits of a line, the parts and the ten probabilities of each; `confidence` that all of them are right.

    `seen` is how the network of lines saw them, None for a line that was read digit by digit. Where it is given, there
    are no parts and probabilities before `with_digits` has found them. `is_sought`: it was taken instead of a more
    probable text that does not fit the pattern.
    """

    text: str
    confidence: float
    parts: tuple[tuple[Part, ...], ...] = ()
    probabilities: NDArray[np.floating] = field(default_factory=lambda: np.zeros((0, len(DIGITS))))
    seen: "Seen | None" = None
    is_sought: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What the network of lines was shown, and the columns that it made of it."""

    strip: Strip
    columns: Columns


def digit_by_digit(page: Page, line: Line, recogniser: Recogniser) -> LineText:
    """Read each part of a line as one digit, by the network of single digits."""
    probabilities = digit_probabilities(recogniser.shares([page.normalised([part]) for part in line.parts]))
    text = "".join(str(digit) for digit in probabilities.argmax(axis=1))
    return LineText(text, float(probabilities.max(axis=1).prod()), tuple((part,) for part in line.parts), probabilities)


def as_a_whole(page: Page, line: Line, recogniser: Recogniser, fits: Fits | None = None) -> LineText:
    """Read the most probable digits of a line, by the network of lines; where they do not fit, the best that do."""
    shown = strip(page, line)
    columns = log_softmax(recogniser.columns(shown.image))
    text, sought = text_of(shown.image, columns, recogniser), None
    if fits is not None and text and not fits(text):
        sought = fitting_text_of(shown.image, columns, recogniser, fits)
    confidence = min(math.exp(log_likelihood(columns, sought or text)), 1.0)
    return LineText(sought or text, confidence, seen=Seen(shown, columns), is_sought=sought is not None)


def with_digits(line: Line, found: LineText) -> LineText:
    """Find the parts and the ten probabilities of each digit that the network of lines has read."""
    if found.seen is None:
        return found
    shown, columns = found.seen.strip, found.seen.columns
    middles = [shown.upright_at(STRIP_PIXELS * (first + last + 1) / 2) for first, last in places(columns, found.text)]
    parts = tuple(parts_of_digits(line, middles, shown.slant))
    return replace(found, parts=parts, probabilities=given_others(columns, found.text))
