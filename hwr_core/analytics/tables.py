"""What the questions share: a filter's predictions put to DuckDB, and the columns of accuracy."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from hwr_core.db.cursor import Cursor
from hwr_core.db.store import Store
from hwr_core.records.filters import IS_RIGHT, HistoryFilter, Selection, confirm_user_of
from hwr_core.statistics import Proportion

if TYPE_CHECKING:  # pandas takes half a second, which a single prediction on the command line should not
    import pandas as pd

LABELLED = "count(l.prediction_id)"
"""SQL: how many of a group's predictions have a label."""

RIGHT = f"count(*) filter (where l.prediction_id is not null and {IS_RIGHT})"
"""SQL: how many of these are right."""


def table(store: Store, chosen: HistoryFilter, statement: str, values: Sequence[Any]) -> "pd.DataFrame":
    """Return the rows of a statement about the predictions of a filter. Raises UserNotFound and StoreError."""
    with store.session() as cursor:
        confirm_user_of(cursor, chosen)
        found: pd.DataFrame = cursor.execute(statement, values).df()
    return found


def one_row(cursor: Cursor, statement: str, values: Sequence[Any] | None = None) -> tuple[Any, ...]:
    """Return the one row of an aggregate without groups."""
    row: tuple[Any, ...] | None = cursor.execute(statement, values).fetchone()
    assert row is not None  # there is always one
    return row


def proportion_right(cursor: Cursor, predictions: Selection) -> Proportion:
    """Return how many of these labelled predictions are right."""
    right, labelled = one_row(
        cursor,
        f"select count(*) filter (where {IS_RIGHT}), count(*) {predictions.sql}",
        predictions.conditions.values,
    )
    return Proportion(right=right, total=labelled)


def with_accuracy(counts: "pd.DataFrame") -> "pd.DataFrame":
    """Add the columns accuracy, low and high to the counts of labelled and right predictions."""
    rows = [
        Proportion(right=right, total=labelled)
        for right, labelled in zip(counts["right"], counts["labelled"], strict=True)
    ]
    counts["accuracy"] = [row.share for row in rows]
    counts["low"] = [row.low for row in rows]
    counts["high"] = [row.high for row in rows]
    return counts.astype({"accuracy": "float64", "low": "float64", "high": "float64"})
