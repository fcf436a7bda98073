"""What came of an experiment: for each arm the outcomes of its units, counted in the history."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from hwr_core.db.cursor import Cursor
from hwr_core.experiments.sequential import Estimate, estimate
from hwr_core.experiments.types import Metric
from hwr_core.recognition.types import Verdict
from hwr_core.records.filters import IS_RIGHT
from hwr_core.scripts.script import WESTERN

Column = NDArray[np.float64]

_OUTCOMES = f"""
        count(*),
        count(l.prediction_id),
        count(*) filter (where l.prediction_id is not null and {IS_RIGHT}),
        count(*) filter (where p.verdict = $2),
        sum(p.preprocessing_seconds + p.inference_seconds)
    from predictions p
    left join labels l on l.prediction_id = p.id
"""
_OF_UNITS = f"""
    select p.model_version, {_OUTCOMES}
    where p.experiment = $1
    group by p.model_version, p.unit
"""
_OF_USERS = f"""
    select {_OUTCOMES}
    where p.model_version = $1 and p.created_at >= $3 and p.script = $4
    group by p.user_id
"""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """The outcomes of an arm, a number for each unit."""

    predictions: Column
    labelled: Column
    right: Column
    refused: Column
    seconds: Column

    def of(self, metric: Metric) -> tuple[Column, Column]:
        """Return for each unit the sum of its outcomes of a metric, and how many outcomes it has."""
        return {
            Metric.ACCURACY: (self.right, self.labelled),
            Metric.CORRECTIONS: (self.labelled - self.right, self.predictions),
            Metric.REFUSALS: (self.refused, self.predictions),
            Metric.LATENCY: (self.seconds, self.predictions),
        }[metric]

    def mean(self, metric: Metric) -> Estimate | None:
        """Return the arm's mean of a metric; None where too few units have outcomes."""
        return estimate(*self.of(metric), share=metric.is_share)


NOTHING = Outcomes(*(np.zeros(0) for _ in range(5)))
"""Of an arm that has served nobody."""


def outcomes_of(cursor: Cursor, experiment_id: int) -> Mapping[str, Outcomes]:
    """Return the outcomes of each version that has served somebody in an experiment."""
    rows = cursor.execute(_OF_UNITS, [experiment_id, Verdict.NOT_A_DIGIT.value]).fetchall()
    by_version: dict[str, list[tuple[float, ...]]] = {}
    for version, *counts in rows:
        by_version.setdefault(version, []).append(tuple(counts))
    return {version: Outcomes(*np.asarray(units, float).T) for version, units in by_version.items()}


def outcomes_since(cursor: Cursor, version: str, since: datetime) -> Outcomes:
    """Return the outcomes of a version since some time, in experiments or not, a number for each user."""
    rows = cursor.execute(_OF_USERS, [version, Verdict.NOT_A_DIGIT.value, since, WESTERN]).fetchall()
    return Outcomes(*np.asarray(rows, float).T) if rows else NOTHING
