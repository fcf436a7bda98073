"""How long predictions take."""

from typing import TYPE_CHECKING

from hwr_core.analytics.tables import table
from hwr_core.db.store import Store
from hwr_core.records.filters import HistoryFilter, select

if TYPE_CHECKING:  # see `tables`
    import pandas as pd

STEPS_PER_E = 100
"""Latencies are counted in steps of 1 %, so that a percentile is right to within half a percent: sorting ten million
of them would take seconds."""

_SECONDS = {
    "preprocessing": "p.preprocessing_seconds",
    "inference": "p.inference_seconds",
    "total": "p.preprocessing_seconds + p.inference_seconds",
}


def latency(store: Store, chosen: HistoryFilter) -> "pd.DataFrame":
    """Count predictions by steps of time, and find the steps at which half, 95 % and 99 % of them are done."""
    predictions = select(chosen)
    stages = " union all ".join(
        f"select '{stage}' as stage, {place} as place, {_step(seconds)} as step, count(*) as predictions "
        f"{predictions.sql} group by 3"
        for place, (stage, seconds) in enumerate(_SECONDS.items())
    )
    return table(
        store,
        chosen,
        f"""
        with counted as ({stages}),
        ranked as (
            select stage, place, exp((step + 0.5) / {STEPS_PER_E}.0) as seconds,
                sum(predictions) over (partition by stage order by step)
                    / sum(predictions) over (partition by stage) as share
            from counted
        )
        select stage,
            min(seconds) filter (where share >= 0.5) as p50,
            min(seconds) filter (where share >= 0.95) as p95,
            min(seconds) filter (where share >= 0.99) as p99
        from ranked
        group by stage, place
        order by place
        """,  # noqa: S608  pieces of our own
        predictions.conditions.values,
    )


def _step(seconds: str) -> str:
    return f"floor(ln(greatest({seconds}, 1e-9)) * {STEPS_PER_E})"
