"""What the questions share: a filter's predictions, counted, and the columns of accuracy."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from hwr_core.db.cursor import Cursor
from hwr_core.db.rollups.tables import BILLION, BY_DAY, BY_USER, RollUp
from hwr_core.db.store import Store
from hwr_core.records.counts import counts
from hwr_core.records.filters import COUNTS, HistoryFilter, Selection, confirm_user_of
from hwr_core.statistics import Proportion

if TYPE_CHECKING:  # pandas takes half a second, which a single prediction on the command line should not
    import pandas as pd

PREDICTIONS = "sum(c.predictions)::bigint"
"""SQL: how many predictions a group of counts has."""

LABELLED = f"coalesce(sum(c.predictions) filter (where {COUNTS.is_labelled}), 0)::bigint"
"""SQL: how many of these have a label."""

RIGHT = f"coalesce(sum(c.predictions) filter (where {COUNTS.is_labelled} and {COUNTS.is_right}), 0)::bigint"
"""SQL: how many of these are right."""

CONFIDENCE = f"sum(c.confidence)::double precision / nullif(sum(c.predictions), 0) / {BILLION}"
"""SQL: their mean confidence, to a billionth."""


def table(store: Store, chosen: HistoryFilter, *roll_ups: RollUp, asking: Callable[[Selection], str]) -> "pd.DataFrame":
    """Return the rows of a statement about the counted predictions of a filter. Raises UserNotFound and StoreError."""
    with store.session() as cursor:
        confirm_user_of(cursor, chosen)
        predictions = counts(cursor, chosen, *roll_ups)
        found: pd.DataFrame = cursor.execute(asking(predictions), predictions.conditions.values).df()
    return found


def one_row(cursor: Cursor, statement: str, values: Sequence[Any] | None = None) -> tuple[Any, ...]:
    """Return the one row of an aggregate without groups."""
    row: tuple[Any, ...] | None = cursor.execute(statement, values).fetchone()
    assert row is not None  # there is always one
    return row


def proportion_right(cursor: Cursor, chosen: HistoryFilter) -> Proportion:
    """Return how many of the labelled predictions of a filter are right: what is called accuracy everywhere."""
    predictions = counts(cursor, chosen, BY_DAY, BY_USER)
    predictions.conditions.clauses.append(COUNTS.is_labelled)
    right, labelled = one_row(
        cursor,
        f"select {RIGHT}, {LABELLED} {predictions.sql}",
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
