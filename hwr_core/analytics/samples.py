"""A sample of the predictions of a period with their images, and how many of them are right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwr_core.db.store import Store
from hwr_core.images.types import SIDE
from hwr_core.recognition.types import NOT_A_DIGIT
from hwr_core.records.filters import IS_RIGHT, HistoryFilter, select
from hwr_core.statistics import Proportion

PRIME = 1_000_003
GOLDEN = 618_036
"""The prime over the golden ratio: multiples of it, modulo the prime, are spread as evenly as possible."""

_SCATTERED = f"(p.id * {GOLDEN}) % {PRIME}"
"""SQL: a number from 0 to the prime for each prediction. It is not random, so that a question has one answer; nor is it
every hundredth prediction, which may all be alike where a program sends its images in turn."""


@dataclass(frozen=True, slots=True)
class InputSample:
    """Predictions taken evenly from a whole period.

    Parallel arrays: `digits` uint8 [n], 10 for none; `confidence` float [n]; `seen` uint8 [n, 28, 28].
    `versions` are the model versions that made them. `total` is the number of all predictions of the period.
    """

    digits: NDArray[np.uint8]
    confidence: NDArray[np.float64]
    seen: NDArray[np.uint8]
    versions: frozenset[str]
    total: int


@dataclass(frozen=True, slots=True)
class NamedDigits:
    """The predictions of a period that name a digit: how many, their mean confidence, and their accuracy.

    `confidence` is None without any; `labelled_confidence` is the mean of those that have a label.
    """

    predictions: int
    confidence: float | None
    labelled_confidence: float | None
    accuracy: Proportion


def sample_inputs(store: Store, chosen: HistoryFilter, most: int) -> InputSample:
    """Return about `most` of the predictions that match a filter, all where there are fewer. Raises StoreError."""
    predictions = select(chosen)
    with store.session() as cursor:
        [(count,)] = cursor.execute(f"select count(*) {predictions.sql}", predictions.conditions.values).fetchall()
        if count > most:
            predictions.conditions.add(f"{_SCATTERED} < {{}}", PRIME * most // count)
        rows = cursor.execute(
            f"select p.digit, p.confidence, p.seen, p.model_version {predictions.sql}",
            predictions.conditions.values,
        ).fetchall()
    return _sample_from_rows(rows, count)


def named_digits(store: Store, chosen: HistoryFilter) -> NamedDigits:
    """Return confidence and accuracy of the predictions that match a filter and name a digit. Raises StoreError."""
    predictions = select(chosen, with_labels=True)
    predictions.conditions.clauses.append("p.digit is not null")
    with store.session() as cursor:
        [(count, confidence, labelled_confidence, right, labelled)] = cursor.execute(
            f"""
            select count(*), avg(p.confidence), avg(p.confidence) filter (where l.prediction_id is not null),
                count(*) filter (where l.prediction_id is not null and {IS_RIGHT}), count(l.prediction_id)
            {predictions.sql}
            """,
            predictions.conditions.values,
        ).fetchall()
    return NamedDigits(count, confidence, labelled_confidence, Proportion(right=right, total=labelled))


def _sample_from_rows(rows: Sequence[tuple[Any, ...]], total: int) -> InputSample:
    return InputSample(
        digits=np.array([NOT_A_DIGIT if digit is None else digit for digit, _, _, _ in rows], np.uint8),
        confidence=np.array([confidence for _, confidence, _, _ in rows], np.float64),
        seen=np.frombuffer(b"".join(seen for _, _, seen, _ in rows), np.uint8).reshape(-1, SIDE, SIDE),
        versions=frozenset(version for *_, version in rows),
        total=total,
    )
