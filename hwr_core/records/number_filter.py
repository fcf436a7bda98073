"""NumberFilter -> SQL: the one place that knows how each field selects stored numbers."""

from dataclasses import dataclass
from datetime import datetime

from hwr_core.db.cursor import Cursor
from hwr_core.records.filters import Conditions, Labelled, confirm_ranges
from hwr_core.records.predictions import Source
from hwr_core.records.users import get_user
from hwr_core.scripts.script import find_script


@dataclass(frozen=True, slots=True, kw_only=True)
class NumberFilter:
    """Which stored numbers a question is about; a field without a value matches all.

    `text` is a part of what was read. `since` is inclusive and `until` exclusive; both need an offset from UTC.
    Raises InvalidValue.
    """

    user_id: int | None = None
    text: str | None = None
    accepted: bool | None = None
    fits: bool | None = None
    pattern: str | None = None
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
        confirm_ranges((self.confidence_from, self.confidence_to), (self.since, self.until))
        if self.script is not None:
            find_script(self.script)


EVERY_NUMBER = NumberFilter()


def conditions_of(chosen: NumberFilter) -> Conditions:
    """Return the SQL conditions of a filter on numbers n."""
    conditions = Conditions()
    if chosen.labelled:
        conditions.clauses.append(_LABELLED[chosen.labelled])
    for clause, value in (
        ("n.user_id = {}", chosen.user_id),
        ("strpos(n.text, {}) > 0", chosen.text or None),
        ("n.accepted = {}", chosen.accepted),
        ("n.fits = {}", chosen.fits),
        ("n.pattern = {}", chosen.pattern),
        ("n.source = {}", chosen.source and chosen.source.value),
        ("n.script = {}", chosen.script),
        ("n.model_version = {}", chosen.model_version),
        ("n.confidence >= {}", chosen.confidence_from or None),
        ("n.confidence <= {}", chosen.confidence_to if chosen.confidence_to < 1.0 else None),
        ("n.created_at >= {}", chosen.since),
        ("n.created_at < {}", chosen.until),
    ):
        if value is not None:
            conditions.add(clause, value)
    return conditions


_LABELLED = {
    Labelled.ANY: "n.labelled_at is not null",
    Labelled.NO: "n.labelled_at is null",
    Labelled.RIGHT: "n.text = n.actual_text",
    Labelled.WRONG: "n.text <> n.actual_text",
}


def confirm_user_of_numbers(cursor: Cursor, chosen: NumberFilter) -> None:
    """Raise UserNotFound where the filter names a user who does not exist."""
    if chosen.user_id is not None:
        get_user(cursor, chosen.user_id)
