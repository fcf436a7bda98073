"""Queues of unlabelled predictions, and the probabilities of labelled ones."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue
from hwr_core.records.filters import Conditions
from hwr_core.records.predictions import PredictionRecord, rows_by_id
from hwr_core.scripts.script import WESTERN, values_of

_UNLABELLED = "from predictions p left join labels l on l.prediction_id = p.id"


@dataclass(frozen=True, slots=True)
class Queue:
    """Unlabelled predictions of one kind in an order.

    `behind` is the condition (SQL) of those that come after a prediction, given its confidence and its id.
    """

    verdict: str
    order: str
    behind: str

    def conditions(self) -> Conditions:
        """Return the conditions of a prediction in this queue."""
        return Conditions([self.verdict, "l.prediction_id is null"])


LEAST_SURE = Queue("p.digit is not null", "p.confidence, p.id", "(p.confidence, p.id) > ({}, {})")
"""Predictions that name a digit, the least sure first."""

REJECTED = Queue("p.verdict = 'not_a_digit'", "p.confidence desc, p.id desc", "(p.confidence, p.id) < ({}, {})")
"""Predictions that were rejected as no digit, the most digit-like first: one rejected wrongly is likely among them."""


@dataclass(frozen=True, slots=True)
class LabelledProbabilities:
    """The probabilities of labelled predictions of one script, which were made before the labels, and the labels.

    The n rows are in the order of their `ids`: `probabilities` float64 [n, symbols], `labels` int16 [n], each the place
    of a symbol or behind them for no digit, `verified` bool [n].
    """

    ids: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    labels: NDArray[np.int16]
    verified: NDArray[np.bool_]


class ReviewQueue:
    """The queues of one history. Safe to use from many threads."""

    def __init__(self, store: Store, *, max_page: int) -> None:
        self._store = store
        self._max_page = max_page

    def page(self, queue: Queue, *, limit: int = 50, after: PredictionRecord | None = None) -> list[PredictionRecord]:
        """Return the first predictions of a queue, or those after one of them; at most the setting `max_page`.

        Raises:
            InvalidValue: `limit` is less than 1.
            StoreError: the history cannot be read at present.
        """
        if limit < 1:
            raise InvalidValue(f"limit is {limit}; 1 or more is allowed.")
        limit = min(limit, self._max_page)
        conditions = queue.conditions()
        if after is not None:
            places = conditions.value(after.prediction.confidence), conditions.value(after.id)
            conditions.clauses.append(queue.behind.format(*places))
        most = conditions.value(limit)
        with self._store.session() as cursor:
            # The ids alone first, as for a page of the history.
            rows = cursor.execute(
                f"select p.id {_UNLABELLED} {conditions.where} order by {queue.order} limit {most}",
                conditions.values,
            ).fetchall()
            ids = [prediction_id for (prediction_id,) in rows]
            found = {kept.id: kept for kept in rows_by_id(cursor, ids)}
        return [found[prediction_id] for prediction_id in ids]

    def count(self, queue: Queue) -> int:
        """Return how many predictions are in a queue. Raises StoreError."""
        with self._store.session() as cursor:
            [(number,)] = cursor.execute(f"select count(*) {_UNLABELLED} {queue.conditions().where}").fetchall()
        count: int = number
        return count

    def get(self, ids: Sequence[int]) -> list[PredictionRecord]:
        """Return the predictions with these ids in their order, without deleted ones. Raises StoreError."""
        with self._store.session() as cursor:
            found = {kept.id: kept for kept in rows_by_id(cursor, ids)}
        return [found[prediction_id] for prediction_id in ids if prediction_id in found]

    def labelled_scripts(self) -> list[str]:
        """Return the scripts of labelled predictions. Raises StoreError."""
        with self._store.session() as cursor:
            rows = cursor.execute(
                "select distinct p.script from labels l join predictions p on p.id = l.prediction_id order by 1"
            ).fetchall()
        return [script for (script,) in rows]

    def labelled_probabilities(self, script: str = WESTERN) -> LabelledProbabilities:
        """Return the probabilities of a script's labelled predictions: 53 ms for 50,000 of them. Raises StoreError."""
        values = values_of(script)
        with self._store.session() as cursor:
            columns = cursor.sql(
                """
                select p.id, p.probabilities,
                    coalesce(array_position($1::integer[], l.actual_digit), $2) - 1 as label, l.verified
                from labels l
                join predictions p on p.id = l.prediction_id
                where p.script = $3
                order by p.id
                """,
                params=[list(values), len(values) + 1, script],
            ).to_arrow_table()
        probabilities = columns["probabilities"].combine_chunks().flatten()
        return LabelledProbabilities(
            ids=np.asarray(columns["id"], np.int64),
            probabilities=probabilities.to_numpy().reshape(-1, len(values)),
            labels=np.asarray(columns["label"], np.int16),
            verified=np.asarray(columns["verified"], np.bool_),
        )
