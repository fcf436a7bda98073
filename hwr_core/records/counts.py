"""The predictions of a filter, counted: from the roll-ups where their keys answer the filter, else from each row.

Roll-ups know whole days and what was there at the last fold. The hours at both ends of a time and the newest
predictions are counted one by one, so that the figures are the same as those of all rows, to the last one.
"""

from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime, timedelta

from hwr_core.db.cursor import Cursor
from hwr_core.db.rollups.keeping import watermark
from hwr_core.db.rollups.tables import CHANGED, RollUp, facts_of_rows
from hwr_core.records.filters import COUNTS, Conditions, HistoryFilter, Selection, conditions_of

_ANYTHING = HistoryFilter()
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def counts(cursor: Cursor, chosen: HistoryFilter, *roll_ups: RollUp) -> Selection:
    """Return rows `c` of the columns of the first roll-up that answers a filter, which together count its predictions.

    Where none does, they have the columns of the first, a row for each prediction.
    """
    roll_up = next((each for each in roll_ups if each.filters is not None and _asked(chosen) <= each.filters), None)
    if roll_up is None:
        return _of_rows(roll_ups[0], chosen)
    conditions = Conditions()
    try:
        whole = _Whole.of(chosen, roll_up.seconds)
    except OverflowError:  # within a day of an end of the calendar
        return _of_rows(roll_up, chosen)
    facts = [
        facts_of_rows(whole.newer(conditions, watermark(cursor))),
        f"select {CHANGED} from changed_facts p where {whole.inside(conditions)}",  # noqa: S608  ours
    ]
    if ends := whole.ends(conditions):
        facts.append(facts_of_rows(ends))
    counted = f"select {roll_up.columns} from {roll_up.table} where {whole.periods(conditions, roll_up)}"  # noqa: S608
    timeless = replace(chosen, since=None, until=None)
    return Selection(
        f"from ({counted} union all {roll_up.facts(' union all '.join(facts))}) c",
        conditions_of(timeless, COUNTS, conditions),
    )


def _asked(chosen: HistoryFilter) -> set[str]:
    """The fields of a filter that have a value."""
    names = [each.name for each in fields(chosen)]
    return {name for name in names if getattr(chosen, name) != getattr(_ANYTHING, name)}


def _of_rows(roll_up: RollUp, chosen: HistoryFilter) -> Selection:
    conditions = conditions_of(chosen)
    facts = facts_of_rows(" and ".join(conditions.clauses) or "true")
    return Selection(f"from ({roll_up.facts(facts)}) c", Conditions([], conditions.values))


@dataclass(frozen=True, slots=True)
class _Whole:
    """The whole periods of a time, and what is left of it at both ends; each None where the time is open there.

    `since` <= `start` <= `end` <= `until`; periods are whole from `start` to `end`.
    """

    since: datetime | None
    until: datetime | None
    start: datetime | None
    end: datetime | None

    @classmethod
    def of(cls, chosen: HistoryFilter, seconds: int | None) -> "_Whole":
        """Find the periods of so many seconds that lie in the time of a filter."""
        if seconds is None:
            return cls(None, None, None, None)
        period = timedelta(seconds=seconds)
        start = chosen.since and _EPOCH - (_EPOCH - chosen.since) // period * period
        end = chosen.until and _EPOCH + (chosen.until - _EPOCH) // period * period
        if start and end and start > end:  # within one period: all of it is an end
            start = end = chosen.until
        return cls(chosen.since, chosen.until, start, end)

    def inside(self, conditions: Conditions) -> str:
        """SQL: whether a prediction p is of a whole period."""
        return _between(conditions, self.start, self.end)

    def newer(self, conditions: Conditions, than: int) -> str:
        """SQL: whether it is of a whole period, but newer than the watermark."""
        return f"p.id > {conditions.value(than)} and {self.inside(conditions)}"

    def ends(self, conditions: Conditions) -> str:
        """SQL: whether it is of what is left at the ends; empty where nothing is."""
        ends = [(self.since, self.start), (self.end, self.until)]
        return " or ".join(f"({_between(conditions, *end)})" for end in ends if end[0] != end[1])

    def periods(self, conditions: Conditions, roll_up: RollUp) -> str:
        """SQL: whether a row of the roll-up is of a whole period."""
        clauses = ["true"]
        for moment, comparison in ((self.start, ">="), (self.end, "<")):
            if moment is not None and roll_up.seconds is not None:
                number = (moment - _EPOCH) // timedelta(seconds=roll_up.seconds)
                clauses.append(f"{roll_up.merged_by} {comparison} {conditions.value(number)}::bigint")
        return " and ".join(clauses)


def _between(conditions: Conditions, since: datetime | None, until: datetime | None) -> str:
    clauses = ["true"]
    if since is not None:
        clauses.append(f"p.created_at >= {conditions.value(since)}")
    if until is not None:
        clauses.append(f"p.created_at < {conditions.value(until)}")
    return " and ".join(clauses)
