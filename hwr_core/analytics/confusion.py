"""Which digits are taken for which others."""

from typing import TYPE_CHECKING

from hwr_core.analytics.tables import PREDICTIONS, table
from hwr_core.db.rollups.tables import BY_DAY, BY_USER
from hwr_core.db.store import Store
from hwr_core.records.filters import COUNTS, HistoryFilter, Selection

if TYPE_CHECKING:  # see `tables`
    import pandas as pd


def confusion(store: Store, chosen: HistoryFilter) -> "pd.DataFrame":
    """Count labelled predictions by predicted and true digit."""
    return table(store, chosen, BY_DAY, BY_USER, asking=_confused)


def _confused(predictions: Selection) -> str:
    predictions.conditions.clauses.append(COUNTS.is_labelled)
    return f"""
        select coalesce(c.digit::text, 'none') as digit,
            coalesce(c.actual_digit::text, 'none') as actual_digit,
            {PREDICTIONS} as predictions
        {predictions.sql}
        group by 1, 2
        having sum(c.predictions) > 0
        order by 1, 2
    """


def confused_pairs(store: Store, chosen: HistoryFilter, limit: int) -> "pd.DataFrame":
    """List the most frequent mistakes of a filter's predictions."""
    counts = confusion(store, chosen)
    counts["share"] = counts["predictions"] / counts.groupby("actual_digit")["predictions"].transform("sum")
    wrong = counts[counts["digit"] != counts["actual_digit"]]
    return wrong.sort_values("predictions", ascending=False, kind="stable").head(limit).reset_index(drop=True)
