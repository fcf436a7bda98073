"""Predictions told apart by digit, verdict, model version, source, script or user."""

from enum import StrEnum
from typing import TYPE_CHECKING

from hwr_core.analytics.tables import CONFIDENCE, LABELLED, PREDICTIONS, RIGHT, table, with_accuracy
from hwr_core.db.rollups.tables import BY_DAY, BY_USER
from hwr_core.db.store import Store
from hwr_core.records.filters import HistoryFilter

if TYPE_CHECKING:  # see `tables`
    import pandas as pd


class Dimension(StrEnum):
    """What predictions can be told apart by."""

    DIGIT = "digit"
    VERDICT = "verdict"
    MODEL_VERSION = "model_version"
    SOURCE = "source"
    SCRIPT = "script"
    USER = "user"

    @property
    def column(self) -> str:
        """The column of predictions that holds it."""
        return "user_id" if self is Dimension.USER else self.value


def breakdown(store: Store, chosen: HistoryFilter, by: Dimension) -> "pd.DataFrame":
    """Count predictions by the values of a dimension."""
    counts = table(
        store,
        chosen,
        BY_USER if by is Dimension.USER else BY_DAY,
        asking=lambda predictions: (
            f"""
        with counted as (
            select c.{by.column} as value,
                {PREDICTIONS} as predictions,
                {CONFIDENCE} as confidence,
                {LABELLED} as labelled,
                {RIGHT} as "right"
            {predictions.sql}
            group by 1
            having sum(c.predictions) > 0
        )
        {_named(by)}
        """
        ),
    )
    return with_accuracy(counts)


def _named(by: Dimension) -> str:
    """SQL: the counted values with their names, in the order in which a reader looks for them."""
    if by is Dimension.USER:
        return (
            'select u.username as value, c.value as user_id, c.predictions, c.confidence, c.labelled, c."right" '
            "from counted c join users u on u.id = c.value order by c.predictions desc, c.value"
        )
    order = "value nulls last" if by is Dimension.DIGIT else "predictions desc, value"
    return (
        "select coalesce(value::text, 'none') as value, predictions, confidence, labelled, \"right\" "  # noqa: S608  our own
        f"from counted order by {order.replace('value', 'counted.value')}"
    )
