"""The options that select predictions: the fields of HistoryFilter, each by its own name."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, TypeAlias

from cyclopts import Parameter, Token

from hwr_core.recognition.types import NONE, Verdict
from hwr_core.records.filters import HistoryFilter, Labelled
from hwr_core.records.predictions import Source


def _moment(_: Any, tokens: Sequence[Token]) -> datetime:
    """A moment in ISO 8601; one without an offset is in the time zone of this machine."""
    try:
        return datetime.fromisoformat(tokens[0].value).astimezone(UTC)
    except ValueError as error:
        raise ValueError(f"{tokens[0].value!r} is not ISO 8601, such as 2026-11-28T18:00+00:00.") from error


def _digit_or_none(_: Any, tokens: Sequence[Token]) -> int | str:
    text = tokens[0].value
    if text != NONE and not text.isdecimal():
        raise ValueError(f"{text!r} is neither a digit nor {NONE!r}.")
    return text if text == NONE else int(text)


DigitOrNone: TypeAlias = Annotated[
    int | Literal["none"] | None, Parameter(converter=_digit_or_none, metavar="DIGIT", show_choices=False)
]
AS_VALUES = Parameter(name_transform=str.lower)
"""The members of an enum are typed and shown as their values are: not_a_digit, not not-a-digit."""
MOMENT = Parameter(converter=_moment)


@Parameter(name="*", group="Which predictions")
@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """Which predictions a command is about; an option that is not given leaves none out."""

    user_id: Annotated[int | None, Parameter(help="Only this user's.")] = None
    digit: Annotated[DigitOrNone, Parameter(help="Only those read as this digit, or as none.")] = None
    actual_digit: Annotated[DigitOrNone, Parameter(help="Only those labelled as this digit, or as none.")] = None
    verdict: Annotated[Verdict | None, AS_VALUES, Parameter(help="Only those with this verdict.")] = None
    confidence_from: Annotated[float | None, Parameter(help="Only those at least this confident, 0 to 1.")] = None
    confidence_to: Annotated[float | None, Parameter(help="Only those at most this confident, 0 to 1.")] = None
    source: Annotated[Source | None, AS_VALUES, Parameter(help="Only those that came in this way.")] = None
    script: Annotated[str | None, Parameter(help="Only those in this script, such as kannada.")] = None
    model_version: Annotated[str | None, Parameter(help="Only those by this model version.")] = None
    labelled: Annotated[
        Labelled | None,
        AS_VALUES,
        Parameter(help="Only those with a label, without one, or with one that confirms or corrects the prediction."),
    ] = None
    since: Annotated[datetime | None, MOMENT, Parameter(help="Only those from this moment on (ISO 8601).")] = None
    until: Annotated[datetime | None, MOMENT, Parameter(help="Only those before this moment (ISO 8601).")] = None

    def as_filter(self) -> HistoryFilter:
        """Return what was given as a filter. Raises InvalidValue."""
        return HistoryFilter(**{name: value for name, value in asdict(self).items() if value is not None})
