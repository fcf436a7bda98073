"""Which kept predictions most deserve a human eye, and what the models made of those that have had one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue
from hwr_core.recognition.types import NOT_A_DIGIT
from hwr_core.records.filters import Conditions
from hwr_core.records.predictions import PredictionRecord, rows_by_id

_UNLABELLED = "from predictions r left join labels l on l.prediction_id = r.id"


@dataclass(frozen=True, slots=True)
class Queue:
    """Predictions that wait for a person: those of a verdict that nobody has said anything of, in their order.

    `behind` is the condition of those that stand behind a prediction, given by its confidence and its id.
    """

    verdict: str
    order: str
    behind: str

    def conditions(self) -> Conditions:
        """Return what has to hold of a prediction that waits here."""
        return Conditions([self.verdict, "l.prediction_id is null"])


LEAST_SURE = Queue("r.digit is not null", "r.confidence, r.id", "(r.confidence, r.id) > ({}, {})")
"""Predictions that name a digit, the least sure first."""

REJECTED = Queue("r.verdict = 'not_a_digit'", "r.confidence desc, r.id desc", "(r.confidence, r.id) < ({}, {})")
"""Predictions that were refused as no digit, the most digit-like first: if one was refused wrongly, it stands there."""


@dataclass(frozen=True, slots=True)
class LabelledProbabilities:
    """What the models gave each digit before anybody said what it is, and what people then said.

    The n rows are in the order of their `ids`: `probabilities` float64 [n, 10], `labels` int16 [n] (10 is no digit),
    `verified` bool [n].
    """

    ids: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    labels: NDArray[np.int16]
    verified: NDArray[np.bool_]


class ReviewQueue:
    """The predictions of one history that wait for a person. Safe to use from many threads."""

    def __init__(self, store: Store, *, max_page: int) -> None:
        self._store = store
        self._max_page = max_page

    def page(self, queue: Queue, *, limit: int = 50, after: PredictionRecord | None = None) -> list[PredictionRecord]:
        """Return the first predictions of a queue, or those that stand behind one of them.

        Raises:
            InvalidValue: `limit` is not from 1 to the setting `max_page`.
            StoreError: the history cannot be read at present.
        """
        if not 1 <= limit <= self._max_page:
            raise InvalidValue(f"limit is {limit}; 1 to {self._max_page} is allowed.")
        conditions = queue.conditions()
        if after is not None:
            places = conditions.value(after.prediction.confidence), conditions.value(after.id)
            conditions.clauses.append(queue.behind.format(*places))
        most = conditions.value(limit)
        with self._store.session() as cursor:
            # The ids first, by themselves, as for a page of the history.
            rows = cursor.execute(
                f"select r.id {_UNLABELLED} {conditions.where} order by {queue.order} limit {most}",
                conditions.values,
            ).fetchall()
            ids = [prediction_id for (prediction_id,) in rows]
            found = {kept.id: kept for kept in rows_by_id(cursor, ids)}
        return [found[prediction_id] for prediction_id in ids]

    def count(self, queue: Queue) -> int:
        """Return how many predictions wait in a queue. Raises StoreError."""
        with self._store.session() as cursor:
            [(number,)] = cursor.execute(f"select count(*) {_UNLABELLED} {queue.conditions().where}").fetchall()
        count: int = number
        return count

    def get(self, ids: Sequence[int]) -> list[PredictionRecord]:
        """Return the predictions with these ids in their order, without those that are gone. Raises StoreError."""
        with self._store.session() as cursor:
            found = {kept.id: kept for kept in rows_by_id(cursor, ids)}
        return [found[prediction_id] for prediction_id in ids if prediction_id in found]

    def labelled_probabilities(self) -> LabelledProbabilities:
        """Return what the models made of every labelled prediction: 53 ms for 50,000 of them. Raises StoreError."""
        with self._store.session() as cursor:
            columns = cursor.execute(
                """
                select r.id, r.probabilities, coalesce(l.actual_digit, $1) as label, l.verified
                from labels l
                join predictions r on r.id = l.prediction_id
                order by r.id
                """,
                [NOT_A_DIGIT],
            ).fetchnumpy()
        probabilities = columns["probabilities"]
        return LabelledProbabilities(
            ids=np.asarray(columns["id"], np.int64),
            probabilities=np.array(probabilities.tolist(), np.float64).reshape(-1, 10),
            labels=np.asarray(columns["label"], np.int16),
            verified=np.asarray(columns["verified"], np.bool_),
        )
