"""A page of writing -> the digits on it: each line is read as a whole, and its ink shared out among its digits."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hwr_core.errors import NoInk
from hwr_core.images.decode import PageImage
from hwr_core.images.lines.page import Line, Page, Part
from hwr_core.images.lines.segmentation import segment, within_boxes
from hwr_core.images.lines.strips import strip, upright
from hwr_core.images.types import Box
from hwr_core.recognition.calibration import digit_probabilities
from hwr_core.recognition.ctc import log_likelihood, log_likelihoods, log_softmax, most_probable_text, places
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.types import DIGITS, Candidate, FoundDigit, NumberLine

STRIP_PIXELS = 2
"""Pixels of a strip to a column of what the network says."""

UPPER_PART = 0.4
"""Only a part at least this share of its line's height may be a digit of its own."""

OVERLAP = 0.5
"""A part that is no digit belongs to the one with so much of its width above or below it; a dot stands beside one."""

NEIGHBOURS = 2
"""Digits to either side that a digit's probabilities take into account."""

CUT_ROOM = 0.2
"""Digits that run into each other are cut at least this share of the way between their middles from either."""


@dataclass(frozen=True, slots=True)
class PagePrediction:
    """The digits of one page and the lines they stand on, in reading order."""

    digits: tuple[FoundDigit, ...]
    lines: tuple[NumberLine, ...]


@dataclass(frozen=True, slots=True)
class _Read:
    """A line as it was read: of each digit its ink and the probabilities of the ten; and that all are right."""

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
        boxes: where the digits stand, if that is known: each is read as one; they are looked for when not given.
        number: of the page.
        first_line: the number of its first line.

    Raises:
        ModelUnavailable: the model reads single digits only, and no boxes are given.
    """
    try:
        found_ink = segment(image.grey, enhancement_level)
    except NoInk:
        return PagePrediction((), ())
    page = replace(found_ink, scale=found_ink.scale * image.scale)
    if boxes is not None:
        page = within_boxes(page, boxes)
    digits: list[FoundDigit] = []
    lines: list[NumberLine] = []
    for line in page.lines:
        found = _each_alone(page, line, recogniser) if boxes is not None else _as_a_whole(page, line, recogniser)
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


def _each_alone(page: Page, line: Line, recogniser: Recogniser) -> _Read:
    """Each part of a line as one digit, by the network of digits."""
    probabilities = digit_probabilities(recogniser.shares([page.normalised([part]) for part in line.parts]))
    text = "".join(str(digit) for digit in probabilities.argmax(axis=1))
    return _Read(text, tuple((part,) for part in line.parts), probabilities, float(probabilities.max(axis=1).prod()))


def _as_a_whole(page: Page, line: Line, recogniser: Recogniser) -> _Read:
    """The most probable digits of a line, by the network of lines."""
    of_line = strip(page, line)
    columns = log_softmax(recogniser.columns(of_line.image))
    text = most_probable_text(columns)
    if not text:
        return _Read("", (), np.zeros((0, len(DIGITS))), 0.0)
    where = places(columns, text)
    middles = [of_line.upright_at(STRIP_PIXELS * (first + last + 1) / 2) for first, last in where]
    return _Read(
        text=text,
        parts=tuple(share_out(line, middles, of_line.slant)),
        probabilities=np.stack([_of_digit(columns, text, where, place) for place in range(len(text))]),
        confidence=min(float(np.exp(log_likelihood(columns, text))), 1.0),
    )


def _of_digit(
    columns: NDArray[np.float64], text: str, where: Sequence[tuple[int, int]], place: int
) -> NDArray[np.float64]:
    """The probabilities of the ten digits at one place of a text, the others given; only those next to it matter."""
    first, last = max(0, place - NEIGHBOURS), min(len(text), place + NEIGHBOURS + 1)
    begin = where[first - 1][1] + 1 if first else 0
    end = where[last][0] if last < len(text) else len(columns)
    changed = [f"{text[first:place]}{digit}{text[place + 1 : last]}" for digit in DIGITS]
    return np.exp(log_softmax(log_likelihoods(columns[begin:end], changed)))


def share_out(line: Line, middles: Sequence[float], slant: float = 0.0) -> list[tuple[Part, ...]]:
    """Share a line's ink out among its digits; what belongs to none, such as a dot, is left out.

    Args:
        line: its parts, from left to right.
        middles: the upright column at which each digit stands, from left to right.
        slant: of the writing, by which columns are upright.
    """
    large = [part for part in line.parts if part.box[3] >= UPPER_PART * line.height] or list(line.parts)
    owned: dict[int, list[int]] = {}
    for digit, middle in enumerate(middles):
        nearest = min(range(len(large)), key=lambda place: _distance(upright(large[place], slant), middle))
        owned.setdefault(nearest, []).append(digit)
    found: list[list[Part]] = [[] for _ in middles]
    for place, digits in owned.items():
        for digit, piece in zip(digits, _cut(large[place], [middles[digit] for digit in digits], slant), strict=True):
            found[digit].append(piece)
    taken = {id(large[place]) for place in owned}
    for part in line.parts:
        if id(part) not in taken and (owner := _belongs_to(part, [pieces[0] for pieces in found], slant)) is not None:
            found[owner].append(part)
    return [tuple(pieces) for pieces in found]


def _distance(columns: NDArray[np.float64], middle: float) -> tuple[float, float]:
    """How far a digit's middle is from a part's columns, and among those that it runs through from their middle."""
    left, right = columns.min(), columns.max()
    return max(left - middle, 0.0, middle - right), abs(middle - (left + right) / 2)


def _cut(part: Part, middles: Sequence[float], slant: float) -> list[Part]:
    """Cut a part between digits that run into each other, where the least ink is."""
    columns = upright(part, slant)
    left = columns.min()
    profile = np.bincount((columns - left).astype(np.intp))
    cuts: list[float] = []
    for one, other in pairwise(middles):
        room = CUT_ROOM * (other - one)
        first = int(np.clip(np.ceil(one + room - left), 0, len(profile) - 1))
        last = int(np.clip(np.floor(other - room - left), first, len(profile) - 1))
        cuts.append(left + first + int(np.argmin(profile[first : last + 1])))
    number = np.searchsorted(np.array(cuts), columns, side="right")
    pieces = [np.flatnonzero(number == each) for each in range(len(middles))]
    # Where no ink is left for a digit, it is told to stand where the whole part does.
    return [Part(part.rows[piece], part.columns[piece]) if len(piece) else part for piece in pieces]


def _belongs_to(part: Part, pieces: Sequence[Part], slant: float) -> int | None:
    columns = upright(part, slant)
    left, right = columns.min(), columns.max()
    bounds = [(each.min(), each.max()) for each in (upright(piece, slant) for piece in pieces)]
    overlaps = [min(right, last) - max(left, first) for first, last in bounds]
    best = int(np.argmax(overlaps))
    return best if overlaps[best] >= OVERLAP * (right - left) else None


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
