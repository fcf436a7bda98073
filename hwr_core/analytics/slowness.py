"""Whether predictions have become slower: the time within which 95 % are made, in two periods."""

from dataclasses import dataclass
from math import exp

from hwr_core.analytics.tables import PREDICTIONS
from hwr_core.db.cursor import Cursor
from hwr_core.db.rollups.tables import BY_LATENCY, STEPS_PER_E
from hwr_core.records.counts import counts
from hwr_core.records.filters import HistoryFilter
from hwr_core.statistics import Proportion

PERCEPTIBLE = 0.1
"""Seconds: a shorter delay is not noticed (Nielsen, 1993, "Usability engineering")."""

MOST = 0.95
"""The share of predictions whose time is compared."""


@dataclass(frozen=True, slots=True)
class Slower:
    """How many predictions of both periods took as long as `limit` seconds, which is more than 95 % did before.

    `seconds` are the times within which 95 % were made, before and lately, right to within half a percent.
    """

    limit: float
    before: Proportion
    lately: Proportion
    seconds: tuple[float, float]


def compare(cursor: Cursor, before: HistoryFilter, lately: HistoryFilter) -> Slower | None:
    """Compare the times of two periods; None where nobody would notice a difference, or one has no predictions."""
    usual, recent = _steps(cursor, before), _steps(cursor, lately)
    if not usual or not recent:
        return None
    limit, reached = _step_of_most(usual), _step_of_most(recent)
    seconds = (_middle(limit), _middle(reached))
    if seconds[1] - seconds[0] < PERCEPTIBLE:
        return None
    return Slower(exp((limit + 1) / STEPS_PER_E), _above(usual, limit), _above(recent, limit), seconds)


def _steps(cursor: Cursor, chosen: HistoryFilter) -> dict[int, int]:
    """How many predictions took each step of time, preprocessing included; ascending."""
    predictions = counts(cursor, chosen, BY_LATENCY)
    predictions.conditions.clauses.append("c.stage = 'total'")
    rows = cursor.execute(
        f"select c.step, {PREDICTIONS} {predictions.sql} group by 1 having sum(c.predictions) > 0 order by 1",
        predictions.conditions.values,
    ).fetchall()
    return dict(rows)


def _step_of_most(steps: dict[int, int]) -> int:
    left = MOST * sum(steps.values())
    for step, number in steps.items():
        left -= number
        if left <= 0:
            return step
    return max(steps)


def _above(steps: dict[int, int], limit: int) -> Proportion:
    slow = sum(number for step, number in steps.items() if step > limit)
    return Proportion(right=slow, total=sum(steps.values()))


def _middle(step: int) -> float:
    return exp((step + 0.5) / STEPS_PER_E)
