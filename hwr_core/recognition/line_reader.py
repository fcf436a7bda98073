"""A page -> the digits on it: each line is read as a whole, then every digit gets its part of it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hwr_core.errors import NoInk
from hwr_core.images.decode import PageImage
from hwr_core.images.lines.page import Line, Page, Part, chained, scaling
from hwr_core.images.lines.segmentation import segment, within_boxes
from hwr_core.images.lines.strips import is_too_long, strip
from hwr_core.images.types import Box, OnProgress
from hwr_core.recognition.acceptance import ReadLine, evidence, probability_right
from hwr_core.recognition.calibration import digit_probabilities
from hwr_core.recognition.ctc import given_neighbours, log_likelihood, log_softmax, places
from hwr_core.recognition.digit_parts import parts_of_digits
from hwr_core.recognition.page_finder import find_numbers
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.second_looks import text_of
from hwr_core.recognition.types import DIGITS, Candidate, FoundDigit, NumberLine

STRIP_PIXELS = 2
"""Pixels of a strip to a column of the network's output."""


TOO_LONG = "Line {line} is so long that it was read at a reduced size; send a part of it at a time."


@dataclass(frozen=True, slots=True)
class PagePrediction:
    """The digits of one page and the lines they stand on, in reading order.

    `warnings` are sentences for people about what was not read, or not as well as it could be. `of` is how many pages
    the document has.
    """

    digits: tuple[FoundDigit, ...]
    lines: tuple[NumberLine, ...]
    warnings: tuple[str, ...] = ()
    of: int = 1


@dataclass(frozen=True, slots=True)
class _LineText:
    """The digits of a line, the parts and the ten probabilities of each; `confidence` that all of them are right.

    `evidence`: as `NumberLine` has it.
    """

    text: str
    parts: tuple[tuple[Part, ...], ...]
    probabilities: NDArray[np.floating]
    confidence: float
    evidence: tuple[float, ...] = ()


def read_page(  # noqa: PLR0913  all but two by name
    image: PageImage,
    recogniser: Recogniser,
    *,
    enhancement_level: float = 1.0,
    boxes: Sequence[Box] | None = None,
    number: int = 0,
    first_line: int = 0,
    on_progress: OnProgress = lambda _: None,
) -> PagePrediction:
    """Read the digits of a page.

    Args:
        image: dark on light or light on dark.
        recogniser: the model.
        enhancement_level: 0 to 3, as `normalise` takes it.
        boxes: where the digits stand, if known; each is read as one digit. Without them, lines are looked for.
        number: of the page.
        first_line: the number of its first line.
        on_progress: called with the share that is done before each line; what it raises stops the prediction.

    Raises:
        ModelUnavailable: the model reads single digits only, and no boxes are given.
    """
    digits: list[FoundDigit] = []
    lines: list[NumberLine] = []
    pages = _pages(image, recogniser, enhancement_level, boxes)
    warnings = [warning for page in pages for warning in page.warnings]
    on_pages = [(page, line) for page in pages for line in page.lines]
    read = _as_a_whole if boxes is None else _digit_by_digit
    for place, (page, line) in enumerate(on_pages):
        on_progress(place / len(on_pages))
        found = read(page, line, recogniser)
        if found.parts:
            of_line = [
                _digit(page, int(digit), parts, probabilities, first_line + len(lines), number)
                for digit, parts, probabilities in zip(found.text, found.parts, found.probabilities, strict=True)
            ]
            box = page.box([part for parts in found.parts for part in parts])
            lines.append(NumberLine(found.text, found.confidence, box, number, evidence=found.evidence))
            digits += of_line
            if boxes is None and is_too_long(line):
                warnings.append(TOO_LONG.format(line=len(lines)))
    return PagePrediction(tuple(digits), tuple(lines), tuple(warnings), image.of)


def _pages(
    image: PageImage, recogniser: Recogniser, enhancement_level: float, boxes: Sequence[Box] | None
) -> list[Page]:
    """A page, or its numbers each as a page of its own where a network finds them, on the way to the input's pixels."""
    try:
        if recogniser.finds_numbers and boxes is None:
            found = find_numbers(image.grey, recogniser.page_maps, enhancement_level)
        else:
            found = [segment(image.grey, enhancement_level)]
    except NoInk:
        return []
    pages = [replace(page, to_input=chained(page.to_input, scaling(image.scale))) for page in found]
    return pages if boxes is None else [within_boxes(page, boxes) for page in pages]


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
    likelihood = log_likelihood(columns, text)
    found = _LineText(
        text=text,
        parts=tuple(parts_of_digits(line, middles, of_line.slant)),
        probabilities=given_neighbours(columns, text, where),
        confidence=min(float(np.exp(likelihood)), 1.0),
    )
    if recogniser.acceptance is None:
        return found
    known = evidence(ReadLine(page, line, of_line.image, text, likelihood, found.parts), recogniser)
    return replace(found, confidence=probability_right(recogniser.acceptance, known), evidence=known)


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
