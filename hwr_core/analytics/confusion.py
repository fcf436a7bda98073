"""Which digits are taken for which others."""

from typing import TYPE_CHECKING

from hwr_core.analytics.tables import table
from hwr_core.db.store import Store
from hwr_core.records.filters import HistoryFilter, select

if TYPE_CHECKING:  # see `tables`
    import pandas as pd


def confusion(store: Store, chosen: HistoryFilter) -> "pd.DataFrame":
    """Count labelled predictions by predicted and true digit."""
    predictions = select(chosen, labelled_only=True)
    return table(
        store,
        chosen,
        f"""
        select coalesce(p.digit::text, 'none') as digit,
            coalesce(l.actual_digit::text, 'none') as actual_digit,
            count(*) as predictions
        {predictions.sql}
        group by 1, 2
        order by 1, 2
        """,
        predictions.conditions.values,
    )


def confused_pairs(store: Store, chosen: HistoryFilter, limit: int) -> "pd.DataFrame":
    """List the most frequent mistakes of a filter's predictions."""
    counts = confusion(store, chosen)
    counts["share"] = counts["predictions"] / counts.groupby("actual_digit")["predictions"].transform("sum")
    wrong = counts[counts["digit"] != counts["actual_digit"]]
    return wrong.sort_values("predictions", ascending=False, kind="stable").head(limit).reset_index(drop=True)
