"""A page -> the digits on it, line by line, where the page network finds numbers or the foreground shows them."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hwr_core.errors import NoInk
from hwr_core.images.decode import PageImage
from hwr_core.images.lines.page import Page, Part, chained, scaling
from hwr_core.images.lines.segmentation import segment, within_boxes
from hwr_core.images.lines.strips import is_too_long
from hwr_core.images.types import Box, OnProgress
from hwr_core.recognition.line_reader import LineText, as_a_whole, digit_by_digit
from hwr_core.recognition.page_finder import find_numbers
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.types import DIGITS, Candidate, FoundDigit, NumberLine

FEW, DOUBTED = 3, 0.9
"""The foreground is looked at too where the page network finds at most so many numbers, or where its digits are, one
with another, less probable than that."""

PLAIN, ALONE = 0.5, 0.8
"""One line that the foreground shows stands against what the network finds where it has no fewer digits and is at least
as probable as the first says; or as the second says, where the network finds nothing at all."""

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
class _ReadLine:
    """A line with its text, and the page that it was cut out of."""

    page: Page
    found: LineText
    is_too_long: bool


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

    A version with a page network finds the numbers by it. Where these are few, the foreground is read too: a drawing or
    a crop that shows one line and nothing else is read better from it.

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
    if boxes is not None:
        pages = [within_boxes(page, boxes) for page in _foreground(image, enhancement_level)]
        read = [
            _ReadLine(page, digit_by_digit(page, line, recogniser), is_too_long=False)
            for page in pages
            for line in page.lines
        ]
    elif recogniser.finds_numbers:
        pages = _placed(find_numbers(image.grey, recogniser.page_maps, enhancement_level), image)
        read = [*_lines(pages, recogniser, on_progress)]
        if len(read) <= FEW or _per_digit(read) < DOUBTED:
            shown = _foreground(image, enhancement_level)
            plain = [*_lines(shown, recogniser, lambda _: on_progress(1.0))]
            if _is_better(plain, read):
                pages, read = shown, plain
    else:
        pages = _foreground(image, enhancement_level)
        read = [*_lines(pages, recogniser, on_progress)]
    warnings = [warning for page in pages for warning in page.warnings]
    return _prediction(read, warnings, number, first_line, image.of)


def joint_confidence(lines: Sequence[NumberLine]) -> float:
    """Return the probability that all lines are right, as if they were independent; 0 for none."""
    return math.prod(line.confidence for line in lines) if lines else 0.0


def _foreground(image: PageImage, enhancement_level: float) -> list[Page]:
    """The page with the lines that its foreground shows; none where it is blank."""
    try:
        return _placed([segment(image.grey, enhancement_level)], image)
    except NoInk:
        return []


def _placed(pages: Sequence[Page], image: PageImage) -> list[Page]:
    return [replace(page, to_input=chained(page.to_input, scaling(image.scale))) for page in pages]


def _lines(
    pages: Sequence[Page], recogniser: Recogniser, on_progress: OnProgress = lambda _: None
) -> Iterator[_ReadLine]:
    """The lines of pages as the network of lines reads them; those without digits are left out."""
    on_pages = [(page, line) for page in pages for line in page.lines]
    for place, (page, line) in enumerate(on_pages):
        on_progress(place / len(on_pages))
        found = as_a_whole(page, line, recogniser)
        if found.parts:
            yield _ReadLine(page, found, is_too_long(line))


def _is_better(plain: list[_ReadLine], found: list[_ReadLine]) -> bool:
    """Whether what the foreground shows deserves to be believed rather than what the network finds."""
    if not plain or _digits(plain) < _digits(found):
        return False
    if not found:
        return len(plain) == 1 and _joint(plain) >= ALONE
    if len(plain) == 1:
        return _joint(plain) >= PLAIN or _joint(plain) > _joint(found)
    return len(found) > FEW and _per_digit(plain) >= DOUBTED and _per_digit(plain) > _per_digit(found)


def _digits(lines: Sequence[_ReadLine]) -> int:
    return sum(len(line.found.text) for line in lines)


def _joint(lines: Sequence[_ReadLine]) -> float:
    return math.prod(line.found.confidence for line in lines) if lines else 0.0


def _per_digit(lines: Sequence[_ReadLine]) -> float:
    """How probable a digit of these lines is, one with another: a geometric mean."""
    logs = [math.log(max(line.found.confidence, 1e-30)) for line in lines]
    return math.exp(sum(logs) / _digits(lines)) if lines else 0.0


def _prediction(
    read: Sequence[_ReadLine], warnings: list[str], number: int, first_line: int, of: int
) -> PagePrediction:
    digits: list[FoundDigit] = []
    lines: list[NumberLine] = []
    for place, each in enumerate(read):
        found = each.found
        box = each.page.box([part for parts in found.parts for part in parts])
        lines.append(NumberLine(found.text, found.confidence, box, number, evidence=found.evidence))
        digits += [
            _digit(each.page, int(digit), parts, probabilities, first_line + place, number)
            for digit, parts, probabilities in zip(found.text, found.parts, found.probabilities, strict=True)
        ]
        if each.is_too_long:
            warnings.append(TOO_LONG.format(line=place + 1))
    return PagePrediction(tuple(digits), tuple(lines), tuple(warnings), of)


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
