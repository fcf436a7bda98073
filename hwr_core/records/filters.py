"""HistoryFilter -> SQL: the one place that knows how each field selects predictions."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal, NamedTuple

from hwr_core.db.cursor import Cursor
from hwr_core.errors import InvalidValue
from hwr_core.recognition.types import NONE, Verdict
from hwr_core.records.predictions import Source
from hwr_core.records.users import get_user
from hwr_core.scripts.script import all_values, find_script


class Labelled(StrEnum):
    """Whether a prediction has a label, and whether it is right."""

    ANY = "any"
    NO = "no"
    RIGHT = "right"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryFilter:
    """Which stored predictions a question is about; a field without a value matches all.

    `digit` is the predicted one and `actual_digit` the label (either may be NONE). `since` is inclusive and `until`
    exclusive; both need an offset from UTC. Raises InvalidValue.
    """

    user_id: int | None = None
    digit: int | Literal["none"] | None = None
    actual_digit: int | Literal["none"] | None = None
    verdict: Verdict | None = None
    confidence_from: float = 0.0
    confidence_to: float = 1.0
    source: Source | None = None
    script: str | None = None
    model_version: str | None = None
    labelled: Labelled | None = None
    since: datetime | None = None
    until: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse values that cannot match anything."""
        for name, digit in (("digit", self.digit), ("actual_digit", self.actual_digit)):
            if digit is not None and digit != NONE and digit not in all_values():
                allowed = "0 to 9, the value of another script's symbol such as 100,"
                raise InvalidValue(f"{name} is {digit!r}; {allowed} or {NONE!r} is allowed.")
        if self.script is not None:
            find_script(self.script)
        confirm_ranges((self.confidence_from, self.confidence_to), (self.since, self.until))


def confirm_ranges(confidence: tuple[float, float], time: tuple[datetime | None, datetime | None]) -> None:
    """Refuse a range of confidences or of times that cannot match anything. Raises InvalidValue."""
    (low, high), (since, until) = confidence, time
    if not 0.0 <= low <= high <= 1.0:
        raise InvalidValue(
            f"The confidence range is {low} to {high}; both ends lie between 0 and 1, the lower one first."
        )
    for name, moment in (("since", since), ("until", until)):
        if moment is not None and moment.tzinfo is None:
            raise InvalidValue(f"{name} is {moment.isoformat()}; it needs an offset from UTC, such as +00:00.")
    if since and until and since > until:
        raise InvalidValue("since is later than until; it has to be the earlier time.")


class Names(NamedTuple):
    """SQL: by what name a statement knows predictions, whether they have a label, and what it says."""

    row: str
    is_labelled: str
    actual_digit: str

    @property
    def is_right(self) -> str:
        """SQL: whether a prediction and its label agree; a rejection is right when the label too is no digit."""
        return f"{self.row}.digit is not distinct from {self.actual_digit}"


ROWS = Names("p", "l.prediction_id is not null", "l.actual_digit")
"""Predictions p and their labels l."""

COUNTS = Names("c", "c.is_labelled", "c.actual_digit")
"""Predictions that are counted already, see `counts`."""

IS_RIGHT = ROWS.is_right


@dataclass(slots=True)
class Conditions:
    """SQL conditions joined by `and`, and the values of their placeholders, $1 for the first."""

    clauses: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, clause: str, value: object) -> None:
        """Add a condition on one value, whose place in the clause is {}."""
        self.values.append(value)
        self.clauses.append(clause.format(f"${len(self.values)}"))

    def value(self, value: object) -> str:
        """Add a value for another part of the statement and return its placeholder."""
        self.values.append(value)
        return f"${len(self.values)}"

    @property
    def where(self) -> str:
        """The whole where clause, empty without conditions."""
        return f"where {' and '.join(self.clauses)}" if self.clauses else ""


@dataclass(frozen=True, slots=True)
class Selection:
    """The predictions that match a filter: `source` is a from clause of predictions p and, where needed, labels l."""

    source: str
    conditions: Conditions

    @property
    def sql(self) -> str:
        """The from and the where clause."""
        return f"{self.source} {self.conditions.where}"


def select(chosen: HistoryFilter, *, with_labels: bool = False, labelled_only: bool = False) -> Selection:
    """Return the predictions that match a filter; labels are joined only where the question or the filter needs them.

    Args:
        chosen: the filter.
        with_labels: the question also uses the labels `l` of those that have one.
        labelled_only: the question is about labelled predictions only.
    """
    needs_labels = chosen.labelled is not None or chosen.actual_digit is not None
    source = "from predictions p"
    if labelled_only:
        source += " join labels l on l.prediction_id = p.id"
    elif with_labels or needs_labels:
        source += " left join labels l on l.prediction_id = p.id"
    return Selection(source, conditions_of(chosen))


def confirm_user_of(cursor: Cursor, chosen: HistoryFilter) -> None:
    """Raise UserNotFound for a filter on a user who does not exist, rather than find no predictions."""
    if chosen.user_id is not None:
        get_user(cursor, chosen.user_id)


def conditions_of(chosen: HistoryFilter, names: Names = ROWS, conditions: Conditions | None = None) -> Conditions:
    """Return the conditions of a filter, added to others where there are some."""
    conditions = conditions or Conditions()
    row, is_labelled, actual_digit = names
    if chosen.digit == NONE:
        conditions.clauses.append(f"{row}.digit is null")
    if chosen.actual_digit == NONE:
        conditions.clauses.append(f"({is_labelled} and {actual_digit} is null)")
    if chosen.labelled:
        conditions.clauses.append(_LABELLED[chosen.labelled].format(labelled=is_labelled, right=names.is_right))
    for clause, value in (
        (f"{row}.user_id = {{}}", chosen.user_id),
        (f"{row}.digit = {{}}", None if chosen.digit == NONE else chosen.digit),
        (f"{actual_digit} = {{}}", None if chosen.actual_digit == NONE else chosen.actual_digit),
        (f"{row}.verdict = {{}}", chosen.verdict and chosen.verdict.value),
        (f"{row}.source = {{}}", chosen.source and chosen.source.value),
        (f"{row}.script = {{}}", chosen.script),
        (f"{row}.model_version = {{}}", chosen.model_version),
        (f"{row}.confidence >= {{}}", chosen.confidence_from or None),
        (f"{row}.confidence <= {{}}", chosen.confidence_to if chosen.confidence_to < 1.0 else None),
        (f"{row}.created_at >= {{}}", chosen.since),
        (f"{row}.created_at < {{}}", chosen.until),
    ):
        if value is not None:
            conditions.add(clause, value)
    return conditions


_LABELLED = {
    Labelled.ANY: "{labelled}",
    Labelled.NO: "not ({labelled})",
    Labelled.RIGHT: "({labelled} and {right})",
    Labelled.WRONG: "({labelled} and not ({right}))",
}
