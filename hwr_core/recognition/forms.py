"""A filled-in form -> the number in each of its fields."""

import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from hwr_core.errors import InvalidValue
from hwr_core.images.alignment import EmptyForm
from hwr_core.images.decode import PageImage
from hwr_core.images.types import Box, Grey
from hwr_core.recognition.acceptance import check_max_error, least_confidence
from hwr_core.recognition.page_reader import PagePrediction, joint_confidence, read_page
from hwr_core.recognition.patterns import Pattern
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.types import NumberLine, NumberPrediction

AROUND = 0.2
"""Parts of its height that are read around a field: people write over its lines."""

LOWEST = 8
"""Pixels of a field's sides, at least."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a form: its name, its box in pixels of the empty form, and what its number may be.

    Raises InvalidValue for a box of less than 8 pixels.
    """

    name: str
    box: Box
    pattern: Pattern | None = None

    def __post_init__(self) -> None:
        """Refuse a box in which nothing could be read."""
        left, top, width, height = self.box
        if left < 0 or top < 0 or min(width, height) < LOWEST:
            raise InvalidValue(
                f"The field {self.name!r} has the box {list(self.box)}; left and top of 0 or more, and a width and "
                f"height of {LOWEST} or more are needed."
            )

    def cut_out(self, page: Grey) -> Grey:
        """Return the field with a margin around it."""
        left, top, width, height = self.box
        margin = round(AROUND * height)
        rows = slice(max(0, top - margin), top + height + margin)
        return np.ascontiguousarray(page[rows, max(0, left - margin) : left + width + margin])


@dataclass(frozen=True, slots=True)
class ReadField:
    """A field that was read: the number as one line (without digits where the field is empty), and what was read."""

    field: Field
    number: NumberPrediction
    image: Grey


def read_fields(
    filled: Grey, form: EmptyForm, fields: Sequence[Field], recogniser: Recogniser, *, max_error: float
) -> Iterator[ReadField]:
    """Yield the number in each field of a filled-in form.

    Args:
        filled: the page, uint8, of any size, turned anyhow.
        form: the empty one.
        fields: to be read.
        recogniser: the model.
        max_error: the share of accepted numbers that may be wrong, above 0 and at most 0.5.

    Raises:
        NotThisForm: the page does not show the form.
        InvalidValue: `max_error` is out of range.
        ModelUnavailable: the model version reads single digits only.
    """
    check_max_error(max_error)
    least = least_confidence(recogniser.acceptance, max_error)
    laid = form.laid_over(filled)
    written = form.without_print(laid)
    for field in fields:
        started = time.perf_counter()
        read = read_page(PageImage(field.cut_out(written), 1.0), recogniser, pattern=field.pattern)
        number = _number(read, field.pattern, least, recogniser.version)
        yield ReadField(field, replace(number, seconds=time.perf_counter() - started), field.cut_out(laid))


def _number(read: PagePrediction, pattern: Pattern | None, least: float, version: str) -> NumberPrediction:
    """The one number of a field: all lines together, which are parts of it, unless only one of them fits its pattern.

    Where lines are left out, nobody knows whether they belong to the number: it is not accepted.
    """
    chosen = _chosen(read.lines, pattern)
    text = "".join(line.text for line in chosen)
    fits = _fits(chosen, pattern) if pattern and text else None
    confidence = joint_confidence(chosen)
    accept = bool(text) and confidence >= least and fits is not False and len(chosen) == len(read.lines)
    kept = [number for number, line in enumerate(read.lines) if line in chosen]
    value = chosen[0].value if len(chosen) == 1 else None
    lines = (NumberLine(text, confidence, _around(chosen), 0, accept, fits=fits, value=value),) if text else ()
    return NumberPrediction(
        text=text,
        confidence=confidence,
        digits=tuple(replace(digit, line=0) for digit in read.digits if digit.line in kept),
        lines=lines,
        pages=1,
        model_version=version,
        seconds=0.0,
        warnings=read.warnings,
        accept=accept,
        fits=fits,
    )


def _chosen(lines: Sequence[NumberLine], pattern: Pattern | None) -> Sequence[NumberLine]:
    fitting = [line for line in lines if line.fits]
    if pattern is None or not fitting or _fits(lines, pattern):
        return lines
    return [max(fitting, key=lambda line: line.confidence)]


def _fits(lines: Sequence[NumberLine], pattern: Pattern) -> bool:
    """Whether lines are such a number together. Of several nobody knows where a decimal sign stood."""
    if len(lines) == 1:
        return bool(lines[0].fits)
    return not pattern.has_marks and pattern.fits("".join(line.text for line in lines))


def _around(lines: Sequence[NumberLine]) -> Box:
    """The box around several lines."""
    sides = np.array([(left, top, left + width, top + height) for left, top, width, height in (x.box for x in lines)])
    left, top = (int(each) for each in sides[:, :2].min(axis=0))
    right, bottom = (int(each) for each in sides[:, 2:].max(axis=0))
    return left, top, right - left, bottom - top
