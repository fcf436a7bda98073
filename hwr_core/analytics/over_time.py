"""Predictions and accuracy by the hour, the day or the week."""

from typing import TYPE_CHECKING

from hwr_core.analytics.periods import Bucket, zone
from hwr_core.analytics.tables import one_row, table, with_accuracy
from hwr_core.db.rollups.tables import BY_QUARTER, QUARTER
from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue
from hwr_core.records.filters import HistoryFilter, Selection, select

if TYPE_CHECKING:  # see `tables`
    import pandas as pd

MAX_PERIODS = 5_000
"""Most periods of a chart over time: half a year of hours."""


def over_time(store: Store, chosen: HistoryFilter, bucket: Bucket, timezone: str) -> "pd.DataFrame":
    """Count predictions by period: first by quarters of an hour in UTC, then these by the periods of the time zone."""
    zone(timezone)
    _refuse_too_many(store, chosen, bucket)
    return with_accuracy(table(store, chosen, BY_QUARTER, asking=lambda found: _by_period(found, bucket, timezone)))


def _by_period(predictions: Selection, bucket: Bucket, timezone: str) -> str:
    place = predictions.conditions.value(timezone)
    return f"""
        with quarters as (
            select c.quarter,
                sum(c.predictions)::bigint as predictions,
                sum(c.labelled)::bigint as labelled,
                sum(c."right")::bigint as "right"
            {predictions.sql}
            group by 1
        ),
        counted as (
            select date_trunc('{bucket.value}', to_timestamp(quarter * {QUARTER}) at time zone {place}) as start,
                sum(predictions)::bigint as predictions,
                sum(labelled)::bigint as labelled,
                sum("right")::bigint as "right"
            from quarters
            where predictions > 0
            group by 1
        ),
        periods as (
            select series.start
            from (select min(start) as first, max(start) as last from counted) ends,
                lateral generate_series(ends.first, ends.last, interval '1 {bucket.value}') as series(start)
        )
        select s.start,
            coalesce(c.predictions, 0) as predictions,
            coalesce(c.labelled, 0) as labelled,
            coalesce(c."right", 0) as "right"
        from periods s
        left join counted c on c.start = s.start
        order by s.start
    """  # noqa: S608  pieces of our own


def _refuse_too_many(store: Store, chosen: HistoryFilter, bucket: Bucket) -> None:
    predictions = select(chosen)
    with store.session() as cursor:
        first, last = one_row(
            cursor,
            f"select min(p.created_at), max(p.created_at) {predictions.sql}",
            predictions.conditions.values,
        )
    if first is not None and (periods := (last - first) / bucket.length) > MAX_PERIODS:
        raise InvalidValue(
            f"The predictions span {periods:,.0f} {bucket.value}s; at most {MAX_PERIODS:,} can be shown at once. "
            "Choose a longer bucket or a shorter time."
        )
