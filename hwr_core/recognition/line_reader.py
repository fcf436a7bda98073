"""A page -> the digits on it: each line is read as a whole, then every digit gets its part of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hwr_core.errors import NoInk
from hwr_core.images.decode import PageImage
from hwr_core.images.lines.page import Line, Page, Part
from hwr_core.images.lines.segmentation import segment, within_boxes
from hwr_core.images.lines.strips import strip
from hwr_core.images.types import Box
from hwr_core.recognition.calibration import digit_probabilities
from hwr_core.recognition.ctc import log_likelihood, log_likelihoods, log_softmax, places
from hwr_core.recognition.digit_parts import parts_of_digits
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.second_looks import text_of
from hwr_core.recognition.types import DIGITS, Candidate, FoundDigit, NumberLine

STRIP_PIXELS = 2
"""Pixels of a strip to a column of the network's output."""

NEIGHBOURS = 2
"""Digits to either side that a digit's probabilities take into account."""


@dataclass(frozen=True, slots=True)
class PagePrediction:
    """The digits of one page and the lines they stand on, in reading order."""

    digits: tuple[FoundDigit, ...]
    lines: tuple[NumberLine, ...]


@dataclass(frozen=True, slots=True)
class _LineText:
    """The digits of a line, the parts and the ten probabilities of each; `confidence` that all of them are right."""

    text: str
    parts: tuple[tuple[Part, ...], ...]
    probabilities: NDArray[np.floating]
    confidence: float


def read_page(  # noqa: PLR0913  all but two by name
    image: PageImage,
    recogniser: Recogniser,
    *,
    enhancement_level: float = 1.0,
    boxes: Sequence[Box] | None = None,
    number: int = 0,
    first_line: int = 0,
) -> PagePrediction:
    """Read the digits of a page.

    Args:
        image: dark on light or light on dark.
        recogniser: the model.
        enhancement_level: 0 to 3, as `normalise` takes it.
        boxes: where the digits stand, if known; each is read as one digit. Without them, lines are looked for.
        number: of the page.
        first_line: the number of its first line.

    Raises:
        ModelUnavailable: the model reads single digits only, and no boxes are given.
    """
    try:
        segmented = segment(image.grey, enhancement_level)
    except NoInk:
        return PagePrediction((), ())
    page = replace(segmented, scale=segmented.scale * image.scale)
    if boxes is not None:
        page = within_boxes(page, boxes)
    digits: list[FoundDigit] = []
    lines: list[NumberLine] = []
    for line in page.lines:
        found = _digit_by_digit(page, line, recogniser) if boxes is not None else _as_a_whole(page, line, recogniser)
        if found.parts:
            of_line = [
                _digit(page, int(digit), parts, probabilities, first_line + len(lines), number)
                for digit, parts, probabilities in zip(found.text, found.parts, found.probabilities, strict=True)
            ]
            box = page.box([part for parts in found.parts for part in parts])
            lines.append(NumberLine(found.text, found.confidence, box, number))
            digits += of_line
    return PagePrediction(tuple(digits), tuple(lines))


def joint_confidence(lines: Sequence[NumberLine]) -> float:
    """Return the probability that all lines are right, as if they were independent; 0 for none."""
    return math.prod(line.confidence for line in lines) if lines else 0.0


def _digit_by_digit(page: Page, line: Line, recogniser: Recogniser) -> _LineText:
    """Read each part of a line as one digit, by the network of single digits."""
    probabilities = digit_probabilities(recogniser.shares([page.normalised([part]) for part in line.parts]))
    text = "".join(str(digit) for digit in probabilities.argmax(axis=1))
    return _LineText(
        text, tuple((part,) for part in line.parts), probabilities, float(probabilities.max(axis=1).prod())
    )


def _as_a_whole(page: Page, line: Line, recogniser: Recogniser) -> _LineText:
    """Read the most probable digits of a line, by the network of lines."""
    of_line = strip(page, line)
    columns = log_softmax(recogniser.columns(of_line.image))
    text = text_of(of_line.image, columns, recogniser)
    if not text:
        return _LineText("", (), np.zeros((0, len(DIGITS))), 0.0)
    where = places(columns, text)
    middles = [of_line.upright_at(STRIP_PIXELS * (first + last + 1) / 2) for first, last in where]
    return _LineText(
        text=text,
        parts=tuple(parts_of_digits(line, middles, of_line.slant)),
        probabilities=np.stack([_of_digit(columns, text, where, place) for place in range(len(text))]),
        confidence=min(float(np.exp(log_likelihood(columns, text))), 1.0),
    )


def _of_digit(
    columns: NDArray[np.float64], text: str, where: Sequence[tuple[int, int]], place: int
) -> NDArray[np.float64]:
    """The probabilities of the ten digits at one place of a text, conditional on its neighbours."""
    first, last = max(0, place - NEIGHBOURS), min(len(text), place + NEIGHBOURS + 1)
    begin = where[first - 1][1] + 1 if first else 0
    end = where[last][0] if last < len(text) else len(columns)
    changed = [f"{text[first:place]}{digit}{text[place + 1 : last]}" for digit in DIGITS]
    return np.exp(log_softmax(log_likelihoods(columns[begin:end], changed)))


def _digit(  # noqa: PLR0913, PLR0917  all that is known of one
    page: Page, digit: int, parts: Sequence[Part], probabilities: NDArray[np.floating], line: int, number: int
) -> FoundDigit:
    shares = probabilities.tolist()
    ranked = sorted(DIGITS, key=lambda each: -shares[each])
    return FoundDigit(
        digit=digit,
        confidence=shares[digit],
        candidates=tuple(Candidate(each, shares[each]) for each in ranked),
        box=page.box(parts),
        line=line,
        page=number,
    )
