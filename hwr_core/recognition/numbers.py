"""Parts of a line -> the digits that they most probably are: every way to put them together is weighed."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hwr_core.datasets.samples import NOT_A_DIGIT
from hwr_core.errors import NoInk
from hwr_core.images.decode import PageImage
from hwr_core.images.segment import Line, Page, Part, joint_box, segment, within_boxes
from hwr_core.recognition.calibration import digit_probabilities
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.records import DIGITS, Box, Candidate, FoundDigit, NumberLine

MOST_PARTS = 8
"""A digit is put together of at most so many parts."""

WIDEST = 1.7
"""A digit is at most so many times as wide as its line is high."""

LOOSEST = 0.12
"""The parts of a digit are at most so many line heights apart."""

LOWEST = 0.6
"""A digit is at least this share of its line's height."""

FLOOR = 1e-6


@dataclass(frozen=True, slots=True)
class Found:
    """Parts taken for one digit, and what the model says of them: eleven shares."""

    parts: tuple[Part, ...]
    shares: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PageReading:
    """The digits of one page and the lines they stand on, in reading order."""

    digits: tuple[FoundDigit, ...]
    lines: tuple[NumberLine, ...]


def read_page(  # noqa: PLR0913  all but two by name
    image: PageImage,
    recogniser: Recogniser,
    *,
    enhancement_level: float = 1.0,
    boxes: Sequence[Box] | None = None,
    number: int = 0,
    first_line: int = 0,
) -> PageReading:
    """Read the digits of a page.

    Args:
        image: dark on light or light on dark.
        recogniser: the model.
        enhancement_level: 0 to 3, as `normalise` takes it.
        boxes: where the digits stand, if that is known: each is read as one; they are looked for when not given.
        number: of the page.
        first_line: the number of its first line.
    """
    try:
        found_ink = segment(image.grey, enhancement_level)
    except NoInk:
        return PageReading((), ())
    page = replace(found_ink, scale=found_ink.scale * image.scale)
    if boxes is not None:
        page = within_boxes(page, boxes)
    digits: list[FoundDigit] = []
    lines: list[NumberLine] = []
    for line in page.lines:
        found = _one_each(page, line, recogniser) if boxes is not None else find_digits(page, line, recogniser)
        if found:
            of_line = [_digit(page, each, first_line + len(lines), number) for each in found]
            parts = [part for each in found for part in each.parts]
            lines.append(NumberLine(_text(of_line), joint_confidence(of_line), page.box(parts), number))
            digits += of_line
    return PageReading(tuple(digits), tuple(lines))


def joint_confidence(digits: Sequence[FoundDigit]) -> float:
    """Return the probability that all digits are right, as if they were independent; 0 for none."""
    return math.prod(digit.confidence for digit in digits) if digits else 0.0


def _text(digits: Sequence[FoundDigit]) -> str:
    return "".join(str(digit.digit) for digit in digits)


def _digit(page: Page, found: Found, line: int, number: int) -> FoundDigit:
    probabilities = digit_probabilities(found.shares).tolist()
    ranked = sorted(DIGITS, key=lambda digit: -probabilities[digit])
    candidates = tuple(Candidate(digit, probabilities[digit]) for digit in ranked)
    return FoundDigit(
        digit=ranked[0],
        confidence=candidates[0].probability,
        candidates=candidates,
        box=page.box(found.parts),
        line=line,
        page=number,
        seen=page.seen(found.parts),
    )


def _one_each(page: Page, line: Line, recogniser: Recogniser) -> list[Found]:
    shares = recogniser.shares([page.seen([part]) for part in line.parts])
    return [Found((part,), of_part) for part, of_part in zip(line.parts, shares, strict=True)]


def find_digits(page: Page, line: Line, recogniser: Recogniser) -> list[Found]:
    """Return the digits of a line, from left to right.

    Each way from the first part to the last is a chain of digits and of parts left out; the most probable one is
    taken. A digit counts once for each part it explains, so that few digits are no better than many.
    """
    spans = [
        (first, last)
        for first in range(len(line.parts))
        for last in range(first + 1, min(first + MOST_PARTS, len(line.parts)) + 1)
        if _may_be_a_digit(line.parts[first:last], line.height)
    ]
    shares = recogniser.shares([page.seen(line.parts[first:last]) for first, last in spans])
    return [Found(line.parts[first:last], shares[number]) for number, (first, last) in _best_way(line, spans, shares)]


def _best_way(
    line: Line, spans: Sequence[tuple[int, int]], shares: NDArray[np.float32]
) -> list[tuple[int, tuple[int, int]]]:
    """The numbers of the spans, and the spans, on the most probable way from the first part to the last."""
    weights = np.array([len(part.rows) / line.height for part in line.parts])
    ending: dict[int, list[int]] = {}
    for number, (_, last) in enumerate(spans):
        ending.setdefault(last, []).append(number)
    best = [0.0]
    came: list[tuple[int, int | None]] = [(0, None)]
    for end in range(1, len(line.parts) + 1):
        options: list[tuple[float, int, int | None]] = [
            (best[-1] + _left_out(line.parts[end - 1], line.height) * weights[end - 1], end - 1, None)
        ]
        for number in ending.get(end, []):
            first = spans[number][0]
            worth = _worth(shares[number]) * float(weights[first:end].sum())
            options.append((best[first] + worth, first, number))
        score, first, chosen = max(options, key=lambda option: option[0])
        best.append(score)
        came.append((first, chosen))
    return _way_back(came, spans)


def _way_back(
    came: Sequence[tuple[int, int | None]], spans: Sequence[tuple[int, int]]
) -> list[tuple[int, tuple[int, int]]]:
    way: list[tuple[int, tuple[int, int]]] = []
    end = len(came) - 1
    while end:
        end, number = came[end]
        if number is not None:
            way.append((number, spans[number]))
    return way[::-1]


def _may_be_a_digit(parts: Sequence[Part], height: float) -> bool:
    _, _, wide, high = joint_box(parts)
    if not (LOWEST * height <= high and wide <= WIDEST * height):
        return False
    right = parts[0].box[0]
    for part in sorted(parts, key=lambda part: part.box[0]):
        if part.box[0] - right > LOOSEST * height:
            return False
        right = max(right, part.box[0] + part.box[2])
    return True


def _worth(shares: NDArray[np.float32]) -> float:
    return float(np.log(max(float(shares[:NOT_A_DIGIT].max()), FLOOR)))


def _left_out(part: Part, height: float) -> float:
    """The logarithm of how probable it is that a part is no digit nor of one: the larger the less."""
    size = max(part.box[2], part.box[3]) / height
    return -0.5 - 4.0 * max(0.0, size - 0.3)
