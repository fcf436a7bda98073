"""HistoryFilter -> SQL: the one place that knows how each field chooses readings."""

from dataclasses import dataclass, field
from typing import Any

import duckdb

from hwr_core.records import NONE, HistoryFilter, Labelled
from hwr_core.store.users import get_user

IS_RIGHT = "r.digit is not distinct from l.actual_digit"
"""Whether people agree with a reading; a refusal is right when they too see no digit."""

_LABELLED = {
    Labelled.ANY: "l.reading_id is not null",
    Labelled.NO: "l.reading_id is null",
    Labelled.RIGHT: f"(l.reading_id is not null and {IS_RIGHT})",
    Labelled.WRONG: f"(l.reading_id is not null and not ({IS_RIGHT}))",
}


@dataclass(slots=True)
class Conditions:
    """Conditions that all have to hold, and the values of their placeholders, $1 for the first."""

    clauses: list[str] = field(default_factory=list)
    values: list[Any] = field(default_factory=list)

    def add(self, clause: str, value: object) -> None:
        """Add a condition on one value, which stands in the clause as {}."""
        self.values.append(value)
        self.clauses.append(clause.format(f"${len(self.values)}"))

    def value(self, value: object) -> str:
        """Return the placeholder of one more value, for another part of the statement."""
        self.values.append(value)
        return f"${len(self.values)}"

    @property
    def where(self) -> str:
        """The whole where clause, empty when nothing is asked."""
        return f"where {' and '.join(self.clauses)}" if self.clauses else ""


@dataclass(frozen=True, slots=True)
class Chosen:
    """The readings a filter lets through: `source` is a from clause of readings r and, where asked for, labels l."""

    source: str
    conditions: Conditions

    @property
    def sql(self) -> str:
        """From and where."""
        return f"{self.source} {self.conditions.where}"


def choose(chosen: HistoryFilter, *, with_labels: bool = False, labelled_only: bool = False) -> Chosen:
    """Return the readings of a filter; the join with labels is made only for a question or a filter that needs it.

    Args:
        chosen: the filter.
        with_labels: the question reads labels `l` too, where there are any.
        labelled_only: the question is about labelled readings and no others.
    """
    asks_labels = chosen.labelled is not None or chosen.actual_digit is not None
    source = "from readings r"
    if labelled_only:
        source += " join labels l on l.reading_id = r.id"
    elif with_labels or asks_labels:
        source += " left join labels l on l.reading_id = r.id"
    return Chosen(source, _conditions(chosen))


def confirm_user_of(cursor: duckdb.DuckDBPyConnection, chosen: HistoryFilter) -> None:
    """Raise UserNotFound for a filter on a user who does not exist, which is not a user without readings."""
    if chosen.user_id is not None:
        get_user(cursor, chosen.user_id)


def _conditions(chosen: HistoryFilter) -> Conditions:
    conditions = Conditions()
    if chosen.digit == NONE:
        conditions.clauses.append("r.digit is null")
    if chosen.actual_digit == NONE:
        conditions.clauses.append("(l.reading_id is not null and l.actual_digit is null)")
    if chosen.labelled:
        conditions.clauses.append(_LABELLED[chosen.labelled])
    for clause, value in (
        ("r.user_id = {}", chosen.user_id),
        ("r.digit = {}", None if chosen.digit == NONE else chosen.digit),
        ("l.actual_digit = {}", None if chosen.actual_digit == NONE else chosen.actual_digit),
        ("r.verdict = {}", chosen.verdict and chosen.verdict.value),
        ("r.source = {}", chosen.source and chosen.source.value),
        ("r.model_version = {}", chosen.model_version),
        ("r.confidence >= {}", chosen.confidence_from or None),
        ("r.confidence <= {}", chosen.confidence_to if chosen.confidence_to < 1.0 else None),
        ("r.created_at >= {}", chosen.since),
        ("r.created_at < {}", chosen.until),
    ):
        if value is not None:
            conditions.add(clause, value)
    return conditions
