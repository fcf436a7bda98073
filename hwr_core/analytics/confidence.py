"""How sure predictions are, and whether those of 90 % confidence are right nine times in ten."""

from typing import TYPE_CHECKING

from hwr_core.analytics.figures import Reliability
from hwr_core.analytics.tables import LABELLED, RIGHT, table, with_accuracy
from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue
from hwr_core.records.filters import IS_RIGHT, HistoryFilter, select

if TYPE_CHECKING:  # see `tables`
    import pandas as pd

MAX_BINS = 100


def confidence_distribution(store: Store, chosen: HistoryFilter, bins: int) -> "pd.DataFrame":
    """Count predictions by equal ranges of confidence; ranges that hold none are listed too."""
    _check_bins(bins)
    predictions = select(chosen, with_labels=True)
    place = predictions.conditions.value(bins)
    return table(
        store,
        chosen,
        f"""
        with counted as (
            select {_bin(place)} as bin, count(*) as predictions, {LABELLED} as labelled, {RIGHT} as "right"
            {predictions.sql}
            group by 1
        ),
        ranges as (select bin from generate_series(0, {place} - 1) as series(bin))
        select g.bin::double precision / {place} as confidence_from,
            (g.bin + 1)::double precision / {place} as confidence_to,
            coalesce(c.predictions, 0) as predictions,
            coalesce(c.labelled, 0) as labelled,
            coalesce(c."right", 0) as "right"
        from ranges g
        left join counted c on c.bin = g.bin
        order by g.bin
        """,  # noqa: S608  pieces of our own
        predictions.conditions.values,
    )


def reliability(store: Store, chosen: HistoryFilter, bins: int) -> Reliability:
    """Compare confidence with accuracy, range by range, over the labelled predictions that name a digit."""
    _check_bins(bins)
    predictions = select(chosen, labelled_only=True)
    predictions.conditions.clauses.append("p.digit is not null")
    place = predictions.conditions.value(bins)
    counts = table(
        store,
        chosen,
        f"""
        with counted as (
            select {_bin(place)} as bin,
                count(*) as predictions,
                avg(p.confidence) as confidence,
                count(*) filter (where {IS_RIGHT}) as "right"
            {predictions.sql}
            group by 1
        )
        select bin::double precision / {place} as confidence_from,
            (bin + 1)::double precision / {place} as confidence_to,
            predictions, confidence, predictions as labelled, "right"
        from counted
        order by bin
        """,  # noqa: S608  pieces of our own
        predictions.conditions.values,
    )
    found = with_accuracy(counts).drop(columns=["labelled", "right"])
    labelled = int(found["predictions"].sum())
    gaps = (found["confidence"] - found["accuracy"]).abs() * found["predictions"]
    return Reliability(found, float(gaps.sum() / labelled) if labelled else None, labelled)


def _bin(bins: str) -> str:
    """SQL: the range that a prediction's confidence falls into; 1.0 falls into the last one."""
    return f"least(floor(p.confidence * {bins}), {bins} - 1)::bigint"


def _check_bins(bins: int) -> None:
    if not 1 <= bins <= MAX_BINS:
        raise InvalidValue(f"bins is {bins}; 1 to {MAX_BINS} is allowed.")
