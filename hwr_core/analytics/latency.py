"""How long predictions take."""

from typing import TYPE_CHECKING

from hwr_core.analytics.tables import PREDICTIONS, table
from hwr_core.db.rollups.tables import BY_LATENCY, STEPS_PER_E
from hwr_core.db.store import Store
from hwr_core.records.filters import HistoryFilter, Selection

if TYPE_CHECKING:  # see `tables`
    import pandas as pd


def latency(store: Store, chosen: HistoryFilter) -> "pd.DataFrame":
    """Find the steps of time at which half, 95 % and 99 % of the predictions are done."""
    return table(store, chosen, BY_LATENCY, asking=_percentiles)


def _percentiles(predictions: Selection) -> str:
    return f"""
        with counted as (
            select c.stage, c.step, {PREDICTIONS} as predictions {predictions.sql} group by 1, 2
        ),
        ranked as (
            select stage, exp((step + 0.5) / {STEPS_PER_E}.0) as seconds,
                sum(predictions) over (partition by stage order by step)
                    / sum(predictions) over (partition by stage) as share
            from counted
            where predictions > 0
        )
        select stage,
            min(seconds) filter (where share >= 0.5) as p50,
            min(seconds) filter (where share >= 0.95) as p95,
            min(seconds) filter (where share >= 0.99) as p99
        from ranked
        group by stage
        order by case stage when 'preprocessing' then 1 when 'inference' then 2 else 3 end
    """  # noqa: S608  pieces of our own
