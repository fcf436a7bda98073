"""Any figure split by the values of a dimension, or beside its own of the period before: filters, for each question."""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hwr_core.analytics.breakdown import Dimension, breakdown
from hwr_core.analytics.periods import Bucket, zone
from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue
from hwr_core.recognition.types import NONE, Verdict
from hwr_core.records.filters import HistoryFilter
from hwr_core.records.predictions import Source

if TYPE_CHECKING:  # see `tables`
    import pandas as pd

MOST_GROUPS = 6
"""Parts that a chart can tell apart by their colours."""

A_DAY, A_WEEK = timedelta(days=1), timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Group:
    """The predictions of a filter that share a value, such as those of one user."""

    value: str
    """As a breakdown names it."""
    chosen: HistoryFilter


@dataclass(frozen=True, slots=True)
class Split:
    """The groups with most predictions, or those of the digits in their order, and how many groups are left out."""

    groups: tuple[Group, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class Earlier:
    """The period before the one of a filter."""

    chosen: HistoryFilter
    by: timedelta
    """How much later what happened then would lie in the present period: whole days, or whole weeks."""


def split(store: Store, chosen: HistoryFilter, by: Dimension, most: int) -> Split:
    """Find the groups of a filter's predictions. Raises InvalidValue."""
    if not 1 <= most <= MOST_GROUPS:
        raise InvalidValue(f"{most} groups are asked for; 1 to {MOST_GROUPS} can be told apart.")
    table = breakdown(store, chosen, by)
    kept = table.nlargest(most, "predictions", keep="first").sort_index()
    return Split(tuple(_groups(chosen, by, kept)), left_out=len(table) - len(kept))


def _groups(chosen: HistoryFilter, by: Dimension, table: "pd.DataFrame") -> Iterator[Group]:
    for _, row in table.iterrows():
        yield Group(str(row["value"]), narrowed(chosen, by, row))


def narrowed(chosen: HistoryFilter, by: Dimension, row: "pd.Series") -> HistoryFilter:
    """Limit a filter to one value of a dimension, given by its row in a breakdown."""
    value = row["value"]
    match by:
        case Dimension.DIGIT:
            return replace(chosen, digit=NONE if value == NONE else int(value))
        case Dimension.USER:
            return replace(chosen, user_id=int(row["user_id"]))
        case Dimension.SOURCE:
            return replace(chosen, source=Source(value))
        case Dimension.VERDICT:
            return replace(chosen, verdict=Verdict(value))
        case Dimension.MODEL_VERSION:
            return replace(chosen, model_version=value)
        case Dimension.SCRIPT:
            return replace(chosen, script=value)


def earlier(
    chosen: HistoryFilter, *, bucket: Bucket, timezone: str = "UTC", now: datetime | None = None
) -> Earlier | None:
    """Return the period before, as long as the present one; None where that has no beginning.

    It begins so many whole days before, on the clock of the time zone, or so many whole weeks where periods are weeks:
    then both have their hours, days and weeks in the same places. Raises InvalidValue.
    """
    if chosen.since is None:
        return None
    length = (chosen.until or now or datetime.now(UTC)) - chosen.since
    whole = A_WEEK if bucket is Bucket.WEEK else A_DAY
    by = max(1, math.ceil(length / whole)) * whole
    if chosen.until is None:  # today goes on
        length = max(1, math.ceil(length / A_DAY)) * A_DAY
    local = chosen.since.astimezone(zone(timezone)).replace(fold=0)
    try:
        since = (local - by).astimezone(UTC)
        until = min((local - by + length).astimezone(UTC), chosen.since)
    except OverflowError:  # before the year 1
        return None
    return Earlier(replace(chosen, since=since, until=until), by)
