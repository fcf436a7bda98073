"""By what the images on a map are coloured, and the colour and mark of each kind. Knows no Streamlit."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from dashboard.components.palette import ACCENT, CONTRAST, QUIET, SERIES
from dashboard.components.wording import CORRECT, NOT_A_DIGIT, NOT_LABELLED, WRONG
from hwr_core.app import NONE, Digit, Shown

READ_AS, LABEL, OUTCOME, CONFIDENCE = COLOURINGS = ("Read as", "Label", "Outcome", "Confidence")

SOLID, OTHER, THIRD, HOLLOW, CROSS = "circle", "diamond", "square", "circle-open", "x"
"""Marks, as plotly names them: colours alone would not tell twelve kinds apart."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What images on a map have in common, as the legend names it, with the colour and the mark that it has there.

    `is_digit`: it is named where its images lie, too.
    """

    name: str
    colour: str
    mark: str = SOLID
    is_digit: bool = False


APART = {6: 7, 7: 6}
"""The places of digits among the colours, where these are not in their order: 1 and 7 would share one."""

NO_DIGIT = Kind(NOT_A_DIGIT, QUIET, CROSS)
NO_LABEL = Kind(NOT_LABELLED, QUIET, HOLLOW)
OUTCOMES = (Kind(CORRECT, ACCENT), Kind(WRONG, CONTRAST, OTHER), NO_LABEL)
CONFIDENCES = (
    (0.99, Kind("99% or more", ACCENT)),
    (0.9, Kind("90 to 99%", QUIET)),
    (0.7, Kind("70 to 90%", CONTRAST, OTHER)),
    (0.0, Kind("below 70%", SERIES[2], CROSS)),
)
"""From which confidence on an image is of which kind."""


def kinds_of(shown: Sequence[Shown], coloured_by: str) -> list[Kind]:
    """Return the kind of each image."""
    return [_KINDS[coloured_by](each) for each in shown]


def legend_of(kinds: Sequence[Kind]) -> list[Kind]:
    """Return each kind once: the digits in their order, then the others as the legend has them."""
    order = [*(kind for _, kind in CONFIDENCES), *OUTCOMES[:2], NO_DIGIT, NO_LABEL]
    digits = sorted({kind for kind in kinds if kind.is_digit}, key=lambda kind: int(kind.name))
    return [*digits, *(kind for kind in order if kind in kinds)]


def _digit_kind(digit: Digit) -> Kind:
    if digit == NONE:
        return NO_DIGIT
    value = int(digit)
    place = APART.get(value, value) if value < 10 else 8 + len(str(value))  # 10, 100, 1000 ...: one behind the other
    mark = (SOLID, OTHER, THIRD)[place // len(SERIES)]
    return Kind(str(value), SERIES[place % len(SERIES)], mark, is_digit=True)


def _label_kind(one: Shown) -> Kind:
    return NO_LABEL if one.really is None else _digit_kind(one.really)


def _outcome_kind(one: Shown) -> Kind:
    right, wrong, unknown = OUTCOMES
    return unknown if one.really is None else wrong if one.is_mistake else right


def _confidence_kind(one: Shown) -> Kind:
    return next(kind for least, kind in CONFIDENCES if one.prediction.confidence >= least)


_KINDS: dict[str, Callable[[Shown], Kind]] = {
    READ_AS: lambda one: _digit_kind(one.read),
    LABEL: _label_kind,
    OUTCOME: _outcome_kind,
    CONFIDENCE: _confidence_kind,
}
