"""A page -> the digits on it, line by line, where the page network finds numbers or the foreground shows them."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from hwr_core.errors import NoInk, Stopped
from hwr_core.images.decode import PageImage
from hwr_core.images.lines.marks import Marks, marks_of
from hwr_core.images.lines.page import Line, Page, Part, chained, joint_box, scaling
from hwr_core.images.lines.segmentation import segment, within_boxes
from hwr_core.images.types import Box, OnProgress
from hwr_core.recognition.acceptance import FEATURES, evidence, probability_right
from hwr_core.recognition.line_reader import LineText, as_a_whole, digit_by_digit, with_digits
from hwr_core.recognition.page_finder import find_numbers
from hwr_core.recognition.patterns import Pattern
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.scripts.lines import in_script, part_by_part, script_of
from hwr_core.recognition.types import Candidate, FoundDigit, NumberLine
from hwr_core.scripts.script import AUTO, WESTERN, Script, find_script

FEW, DOUBTED, MANY = 3, 0.9, 200
"""The foreground is looked at too where the page network finds at most so many numbers, where its digits are, one with
another, less probable than that, or where all of them would be so many heights of a digit long: of a page written full
the network misses some."""

RUNNING = 20
"""Digits of a line, one with another, from which on a full page is no list of numbers."""

PLAIN, ALONE = 0.5, 0.8
"""One line that the foreground shows stands against what the network finds where it has no fewer digits and is at least
as probable as the first says; or as the second says, where the network finds nothing at all."""

FOUND, READ = 0.4, 0.7
"""Shares of the work on a page at which what the page network finds is read, and all that is to be read."""

BELIEVABLE = 0.6
"""Of several numbers that the network finds each has digits that are, one with another, at least so probable: less is
what letters, print and the grain of the paper are read as."""

STRAY = -4.0
"""A lone digit is dropped to which the network of single digits gives smaller log-odds than this: less than 2 %."""

SEVERAL, LIKE_SEVERAL = 0.5, 0.5
"""An image shows several digits where all of them are at least as probable as the first says. The second is what the
digits that its foreground shows are at least, one with another: what lies below is not looked at by the page network,
which takes twenty times as long. Of 305 numbers that it would have told from anything else, two lie below."""

MOST_LINES = 20
"""An image with more lines is not looked at for several digits: that would take long, and noise has many."""

_DOUBTED = FEATURES.index("digits")

TOO_LONG = "Line {line} is so long that it was read at a reduced size; send a part of it at a time."


@dataclass(frozen=True, slots=True)
class PagePrediction:
    """The digits of one page and the lines they stand on, in reading order.

    `warnings` are sentences for people about what was not read, or not as well as it could be. `of` is how many pages
    the document has, `script` that of the digits.
    """

    digits: tuple[FoundDigit, ...]
    lines: tuple[NumberLine, ...]
    warnings: tuple[str, ...] = ()
    of: int = 1
    script: str = WESTERN


@dataclass(frozen=True, slots=True)
class _ReadLine:
    """A line with its text, and the page that it was cut out of."""

    page: Page
    line: Line
    found: LineText


def read_page(  # noqa: PLR0913  all but two by name
    image: PageImage,
    recogniser: Recogniser,
    *,
    enhancement_level: float = 1.0,
    boxes: Sequence[Box] | None = None,
    number: int = 0,
    first_line: int = 0,
    most_lines: int | None = None,
    pattern: Pattern | None = None,
    script: str = WESTERN,
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
        most_lines: stop where there are more, if given.
        pattern: what each line may be: digits that fit are preferred.
        script: the script of the digits, or AUTO for the one that most of the page speaks for.
        on_progress: called with the share that is done, below 1, before each line; what it raises stops the prediction.

    Raises:
        Stopped: there are more lines than `most_lines`.
        ModelUnavailable: the model reads single digits only, and no boxes are given.
    """
    if script == AUTO:
        script = script_of(_foreground(image, enhancement_level, AUTO), recogniser)
    work = _Work(recogniser, find_script(script), most_lines, pattern, on_progress)
    others: list[_ReadLine] | None = None
    if boxes is not None:
        pages = [within_boxes(page, boxes) for page in _foreground(image, enhancement_level, script)]
        read = [_ReadLine(page, line, work.digit_by_digit(page, line)) for page in pages for line in page.lines]
    elif recogniser.finds_numbers:
        pages, read, others = _found(image, enhancement_level, work)
    else:
        pages = _foreground(image, enhancement_level, script)
        read = work.lines(pages, 0.0, READ)
    warnings = [warning for page in pages for warning in page.warnings]
    judged = [each for each in work.judged(read, others) if not _is_stray(each)]
    return _prediction(judged, warnings, number, first_line, image.of, work)


def shows_several(image: PageImage, recogniser: Recogniser, enhancement_level: float = 1.0) -> bool:
    """Tell whether an image plainly shows two digits or more; False of a version that reads single digits only."""
    if not recogniser.reads_lines:
        return False
    work = _Work(recogniser, find_script(WESTERN), MOST_LINES)
    try:
        shown = work.lines(_foreground(image, enhancement_level, WESTERN), 0.0, READ)
        if _digits(shown) < 2 or _per_digit(shown) < LIKE_SEVERAL:
            return False
        page = read_page(image, recogniser, enhancement_level=enhancement_level, most_lines=MOST_LINES)
    except Stopped:
        return False
    return len(page.digits) > 1 and joint_confidence(page.lines) >= SEVERAL


def _found(
    image: PageImage, enhancement_level: float, work: "_Work"
) -> tuple[list[Page], list[_ReadLine], list[_ReadLine] | None]:
    """The numbers that the page network finds or the foreground shows, and what the other one shows if it was read."""
    pages = _placed(find_numbers(image.grey, work.recogniser.page_maps, enhancement_level), image)
    heights = sum(_length(line) for page in pages for line in page.lines)
    if heights >= MANY:  # written full: lines of running digits are enough where the foreground shows them well
        shown = _foreground(image, enhancement_level, work.script.name)
        plain = work.lines(shown, 0.0, FOUND)
        if _digits(plain) >= max(MANY, RUNNING * len(plain)) and _per_digit(plain) >= DOUBTED:
            return shown, plain, None
        read = _believable(work.lines(pages, FOUND, READ))
    else:
        read = _believable(work.lines(pages, 0.0, FOUND))
        if len(read) > FEW and _per_digit(read) >= DOUBTED:
            return pages, read, None
        shown = _foreground(image, enhancement_level, work.script.name)
        plain = work.lines(shown, FOUND, READ)
    is_better = _is_better(plain, read) or (work.script.name != WESTERN and _is_plain(plain))
    return (shown, plain, read) if is_better else (pages, read, plain)


def joint_confidence(lines: Sequence[NumberLine]) -> float:
    """Return the probability that all lines are right, as if they were independent; 0 for none."""
    return math.prod(line.confidence for line in lines) if lines else 0.0


def _foreground(image: PageImage, enhancement_level: float, script: str) -> list[Page]:
    """The page with the lines that its foreground shows; none where it is blank."""
    try:
        return _placed([segment(image.grey, enhancement_level, alike=script == WESTERN)], image)
    except NoInk:
        return []


def _placed(pages: Sequence[Page], image: PageImage) -> list[Page]:
    return [replace(page, to_input=chained(page.to_input, scaling(image.scale))) for page in pages]


@dataclass(frozen=True, slots=True)
class _Judged:
    """A line that was read, how probable it is that all of it is right, and why."""

    read: _ReadLine
    confidence: float
    evidence: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class _Work:
    """What has to be done for a page line by line: it tells how far it is, and can be stopped at each."""

    recogniser: Recogniser
    script: Script
    most_lines: int | None
    pattern: Pattern | None = None
    on_progress: OnProgress = lambda _: None

    def lines(self, pages: Sequence[Page], begin: float, end: float) -> list[_ReadLine]:
        """The lines of pages as the network of lines reads them; those without digits are left out.

        Lines of about the same length are read after each other: an interpreter has to be made ready for another one.
        """
        on_pages = [(page, line) for page in pages for line in page.lines]
        if self.most_lines is not None and len(on_pages) > self.most_lines:
            raise Stopped("There are too many lines.")
        found: dict[int, _ReadLine] = {}
        for done, place in enumerate(sorted(range(len(on_pages)), key=lambda place: _length(on_pages[place][1]))):
            self.on_progress(begin + (end - begin) * done / len(on_pages))
            page, line = on_pages[place]
            found[place] = _ReadLine(page, line, self._text(page, line))
        return [found[place] for place in range(len(on_pages)) if found[place].found.text]

    def digit_by_digit(self, page: Page, line: Line) -> LineText:
        """A line each of whose parts is one digit."""
        if self.script.name == WESTERN:
            return digit_by_digit(page, line, self.recogniser)
        return part_by_part(page, line, self.recogniser, self.script)

    def _text(self, page: Page, line: Line) -> LineText:
        if self.script.name != WESTERN:
            return in_script(page, line, self.recogniser, self.script)
        return as_a_whole(page, line, self.recogniser, self.pattern.fits if self.pattern else None)

    def judged(self, lines: Sequence[_ReadLine], others: Sequence[_ReadLine] | None) -> list[_Judged]:
        """The confidence of each line: by the model that was fitted for the version, if it has one.

        `others` are the lines that the other way of reading the page gave, None where it was not tried.
        """
        model = self.recogniser.acceptance
        texts = None if others is None else {other.found.text for other in others}
        judged: list[_Judged] = []
        for done, read in enumerate(lines):
            self.on_progress(READ + (1.0 - READ) * done / len(lines))
            each = replace(read, found=with_digits(read.line, read.found))
            if model is None or each.found.seen is None:
                judged.append(_Judged(each, self._knowing_the_pattern(each, each.found.confidence)))
                continue
            agrees = None if texts is None else each.found.text in texts
            known = evidence(each.page, each.line, each.found, self.recogniser, agrees=agrees)
            judged.append(_Judged(each, self._knowing_the_pattern(each, probability_right(model, known)), known))
        return judged

    def _knowing_the_pattern(self, read: _ReadLine, confidence: float) -> float:
        """The confidence of a line: higher where it was read without the pattern and turned out to fit it."""
        if self.pattern is None or read.found.is_sought or not self.pattern.fits(read.found.text):
            return confidence
        return self.pattern.confidence(confidence)


def _is_stray(judged: _Judged) -> bool:
    """Whether a lone digit is a letter or a mark: the network of single digits holds it to be something else."""
    return len(judged.read.found.text) == 1 and bool(judged.evidence) and judged.evidence[_DOUBTED] < STRAY


def _length(line: Line) -> float:
    """About how wide the strip of a line is, in heights of its digits."""
    return joint_box(line.parts)[2] / line.height


def _believable(found: list[_ReadLine]) -> list[_ReadLine]:
    """Leave out what the network took for a number and nobody can read: print, letters, a stain beside the numbers.

    Where nothing else was found, all of it is kept: an answer that is unsure is better than none.
    """
    return [each for each in found if _per_digit([each]) >= BELIEVABLE] or found


def _is_better(plain: list[_ReadLine], found: list[_ReadLine]) -> bool:
    """Whether what the foreground shows deserves to be believed rather than what the network finds."""
    if not plain or _digits(plain) < _digits(found):
        return False
    if not found:
        return len(plain) == 1 and _joint(plain) >= ALONE
    if len(plain) == 1:
        return _joint(plain) >= PLAIN or _joint(plain) > _joint(found)
    return len(found) > FEW and _per_digit(plain) >= DOUBTED and _per_digit(plain) > _per_digit(found)


def _is_plain(plain: list[_ReadLine]) -> bool:
    """Whether the foreground shows lines that are read well: the page network was taught on Western digits alone."""
    return bool(plain) and _per_digit(plain) >= ALONE


def _digits(lines: Sequence[_ReadLine]) -> int:
    return sum(len(line.found.text) for line in lines)


def _joint(lines: Sequence[_ReadLine]) -> float:
    return math.prod(line.found.confidence for line in lines) if lines else 0.0


def _per_digit(lines: Sequence[_ReadLine]) -> float:
    """How probable a digit of these lines is, one with another: a geometric mean."""
    logs = [math.log(max(line.found.confidence, 1e-30)) for line in lines]
    return math.exp(sum(logs) / _digits(lines)) if lines else 0.0


def _prediction(  # noqa: PLR0913, PLR0917  all that is known of a page
    judged: Sequence[_Judged], warnings: list[str], number: int, first_line: int, of: int, work: _Work
) -> PagePrediction:
    pattern, script = work.pattern, work.script
    digits: list[FoundDigit] = []
    lines: list[NumberLine] = []
    for place, each in enumerate(judged):
        page, found = each.read.page, each.read.found
        box = page.box([part for parts in found.parts for part in parts])
        fits, value = None, None
        if pattern:
            marks = marks_of(page, each.read.line, found.parts) if pattern.has_marks else Marks()
            fits, value = pattern.fits(found.text, marks), pattern.value(found.text, marks)
        symbols = [script.characters.index(character) for character in found.text]
        if script.characters == script.symbols and script.name != WESTERN:
            value = str(script.number(found.text))
        lines.append(
            NumberLine(
                found.text,
                each.confidence,
                box,
                number,
                evidence=each.evidence,
                fits=fits,
                value=value,
                symbols="" if script.name == WESTERN else "".join(script.symbols[symbol] for symbol in symbols),
            )
        )
        digits += [
            _digit(page, script, symbol, parts, probabilities, first_line + place, number)
            for symbol, parts, probabilities in zip(symbols, found.parts, found.probabilities, strict=True)
        ]
        if found.seen is not None and found.seen.strip.is_reduced:
            warnings.append(TOO_LONG.format(line=place + 1))
    return PagePrediction(tuple(digits), tuple(lines), tuple(warnings), of, script.name)


def _digit(  # noqa: PLR0913, PLR0917  all that is known of one
    page: Page,
    script: Script,
    symbol: int,
    parts: Sequence[Part],
    probabilities: NDArray[np.floating],
    line: int,
    number: int,
) -> FoundDigit:
    shares = probabilities.tolist()
    ranked = sorted(range(len(shares)), key=lambda each: -shares[each])
    return FoundDigit(
        digit=script.values[symbol],
        confidence=shares[symbol],
        candidates=tuple(Candidate(script.values[each], shares[each]) for each in ranked),
        box=page.box(parts),
        line=line,
        page=number,
    )
