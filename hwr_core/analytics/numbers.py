"""Figures of whole numbers: how many are read whole and accepted, and how many of the accepted ones are wrong."""

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from hwr_core.db.store import Store
from hwr_core.records.number_filter import NumberFilter, conditions_of, confirm_user_of_numbers
from hwr_core.statistics import Proportion

if TYPE_CHECKING:  # see `tables`
    import pandas as pd

_COUNTS = """
    count(*) as numbers,
    count(*) filter (where n.accepted) as accepted,
    count(*) filter (where n.labelled_at is not null) as labelled,
    count(*) filter (where n.text = n.actual_text) as "right",
    count(*) filter (where n.accepted and n.labelled_at is not null) as accepted_labelled,
    count(*) filter (where n.accepted and n.text = n.actual_text) as accepted_right
"""
"""SQL: the figures of numbers n. Without a label, `actual_text` is missing and equals nothing."""


class NumberDimension(StrEnum):
    """What numbers can be told apart by."""

    PATTERN = "pattern"
    SOURCE = "source"
    USER = "user"
    MODEL_VERSION = "model_version"

    @property
    def value_of(self) -> str:
        """SQL: the text that a number n of a user u has there."""
        return "u.username" if self is NumberDimension.USER else f"coalesce(n.{self.value}, 'none')"


@dataclass(frozen=True, slots=True)
class NumberFigures:
    """The numbers that match a filter at a glance.

    `whole`: of those with a label, how many were read right. `accepted_right`: of those that were accepted and have a
    label, how many were right. `promised`: the share of these that might have been wrong, None without any.
    """

    numbers: int
    accepted: int
    whole: Proportion
    accepted_right: Proportion
    promised: float | None


def number_figures(store: Store, chosen: NumberFilter) -> NumberFigures:
    """Count numbers, accepted and right ones."""
    conditions = conditions_of(chosen)
    promised = "avg(n.max_error) filter (where n.accepted and n.labelled_at is not null)"
    with store.session() as cursor:
        confirm_user_of_numbers(cursor, chosen)
        [row] = cursor.execute(
            f"select {_COUNTS}, {promised} from numbers n {conditions.where}",  # noqa: S608  ours
            conditions.values,
        ).fetchall()
    numbers, accepted, labelled, right, accepted_labelled, accepted_right, error = row
    return NumberFigures(
        numbers,
        accepted,
        Proportion(right=right, total=labelled),
        Proportion(right=accepted_right, total=accepted_labelled),
        error,
    )


def number_breakdown(store: Store, chosen: NumberFilter, by: NumberDimension) -> "pd.DataFrame":
    """Count the same by the values of a dimension."""
    conditions = conditions_of(chosen)
    with store.session() as cursor:
        confirm_user_of_numbers(cursor, chosen)
        return cursor.execute(
            f"select {by.value_of} as value, {_COUNTS} "  # noqa: S608  ours
            f"from numbers n join users u on u.id = n.user_id {conditions.where} "
            "group by 1 order by numbers desc, value",
            conditions.values,
        ).df()
