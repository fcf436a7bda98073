"""How sure predictions are, and whether those of 90 % confidence are right nine times in ten."""

from dataclasses import replace
from typing import TYPE_CHECKING

from hwr_core.analytics.figures import Reliability
from hwr_core.analytics.tables import PREDICTIONS, table, with_accuracy
from hwr_core.db.rollups.tables import BILLION, BY_CONFIDENCE, TWENTIETHS, RollUp, confidence_bin
from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue
from hwr_core.records.filters import HistoryFilter

if TYPE_CHECKING:  # see `tables`
    import pandas as pd

MAX_BINS = 100


def confidence_distribution(store: Store, chosen: HistoryFilter, bins: int) -> "pd.DataFrame":
    """Count predictions by equal ranges of confidence; ranges that hold none are listed too."""
    _check_bins(bins)
    roll_up, place = _counted_by(bins)
    return table(
        store,
        chosen,
        roll_up,
        asking=lambda predictions: (
            f"""
        with counted as (
            select {place} as bin, {PREDICTIONS} as predictions, {_SUMS}
            {predictions.sql}
            group by 1
        ),
        ranges as (select bin from generate_series(0, {bins - 1}) as series(bin))
        select g.bin::double precision / {bins} as confidence_from,
            (g.bin + 1)::double precision / {bins} as confidence_to,
            coalesce(c.predictions, 0) as predictions,
            coalesce(c.labelled, 0) as labelled,
            coalesce(c."right", 0) as "right"
        from ranges g
        left join counted c on c.bin = g.bin
        order by g.bin
        """  # noqa: S608  pieces of our own
        ),
    )


def reliability(store: Store, chosen: HistoryFilter, bins: int) -> Reliability:
    """Compare confidence with accuracy, range by range, over the labelled predictions that name a digit."""
    _check_bins(bins)
    roll_up, place = _counted_by(bins)
    counts = table(
        store,
        chosen,
        roll_up,
        asking=lambda predictions: (
            f"""
        with counted as (
            select {place} as bin, sum(c.labelled_confidence)::double precision as confidence, {_SUMS}
            from (select c.* {predictions.sql}) c
            where c.is_named
            group by 1
        )
        select bin::double precision / {bins} as confidence_from,
            (bin + 1)::double precision / {bins} as confidence_to,
            labelled as predictions, confidence / labelled / {BILLION} as confidence, labelled, "right"
        from counted
        where labelled > 0
        order by bin
        """  # noqa: S608  pieces of our own
        ),
    )
    found = with_accuracy(counts).drop(columns=["labelled", "right"])
    labelled = int(found["predictions"].sum())
    gaps = (found["confidence"] - found["accuracy"]).abs() * found["predictions"]
    return Reliability(found, float(gaps.sum() / labelled) if labelled else None, labelled)


_SUMS = 'sum(c.labelled)::bigint as labelled, sum(c."right")::bigint as "right"'


def _counted_by(bins: int) -> tuple[RollUp, str]:
    """The counts to add up, and SQL: the range that each falls into. Other ranges are not kept: rows are counted."""
    if TWENTIETHS / bins in _EXACT:
        return BY_CONFIDENCE, f"floor(c.bin / {TWENTIETHS // bins}.0)::bigint"
    return replace(BY_CONFIDENCE, keys={**BY_CONFIDENCE.keys, "bin": confidence_bin(bins)}, filters=None), "c.bin"


_EXACT = (1, 2, 4)
"""A range is made up of so many kept ones exactly: a number times a power of two is rounded alike."""


def _check_bins(bins: int) -> None:
    if not 1 <= bins <= MAX_BINS:
        raise InvalidValue(f"bins is {bins}; 1 to {MAX_BINS} is allowed.")
