"""A sample of the predictions of a period with their images, and how many of them are right."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwr_core.analytics.tables import CONFIDENCE, LABELLED, PREDICTIONS
from hwr_core.db.cursor import Cursor
from hwr_core.db.rollups.tables import BILLION, BY_DAY, BY_USER
from hwr_core.db.store import Store
from hwr_core.images.types import SIDE
from hwr_core.recognition.types import NOT_A_DIGIT
from hwr_core.records.counts import counts
from hwr_core.records.filters import COUNTS, Conditions, HistoryFilter, select

PRIME = 1_000_003
GOLDEN = 618_036
"""The prime over the golden ratio: multiples of it, modulo the prime, are spread as evenly as possible."""

MOST_IDS = 100_000
"""Predictions that are asked for by their ids at most."""

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
    """The predictions of a period that name a digit: how many, and their mean confidence, None without any.

    `labelled_confidence` is the mean of those that have a label.
    """

    predictions: int
    confidence: float | None
    labelled_confidence: float | None


def sample_inputs(store: Store, chosen: HistoryFilter, most: int) -> InputSample:
    """Return about `most` of the predictions that match a filter, all where there are fewer. Raises StoreError."""
    predictions = select(chosen)
    with store.session() as cursor:
        counted = counts(cursor, chosen, BY_DAY, BY_USER)
        [(count,)] = cursor.execute(
            f"select coalesce(sum(c.predictions), 0)::bigint {counted.sql}", counted.conditions.values
        ).fetchall()
        if count > most:
            _scatter(cursor, predictions.conditions, PRIME * most // count)
        rows = cursor.execute(
            f"select p.digit, p.confidence, p.seen, p.model_version {predictions.sql}",
            predictions.conditions.values,
        ).fetchall()
    return _sample_from_rows(rows, count)


def _scatter(cursor: Cursor, conditions: Conditions, below: int) -> None:
    """Let through the predictions whose scattered number is below another.

    By their ids where these are few: PostgreSQL would read all rows to find them.
    """
    [(first, last)] = cursor.execute("select min(id), max(id) from predictions").fetchall()
    rounds = (last - first) // PRIME + 2
    if below * rounds > MOST_IDS:
        conditions.add(f"{_SCATTERED} < {{}}", below)
        return
    back = pow(GOLDEN, -1, PRIME)
    start = first // PRIME * PRIME
    places = (start + number * back % PRIME + PRIME * each for each in range(rounds) for number in range(below))
    conditions.add("p.id in (select unnest({}::bigint[]))", [place for place in places if first <= place <= last])


def named_digits(store: Store, chosen: HistoryFilter) -> NamedDigits:
    """Return the confidence of the predictions that match a filter and name a digit. Raises StoreError."""
    with store.session() as cursor:
        predictions = counts(cursor, chosen, BY_DAY, BY_USER)
        predictions.conditions.clauses.append("c.digit is not null")
        labelled = f"filter (where {COUNTS.is_labelled})"
        [(count, confidence, labelled_confidence)] = cursor.execute(
            f"""
            select coalesce({PREDICTIONS}, 0), {CONFIDENCE},
                sum(c.confidence) {labelled}::double precision / nullif({LABELLED}, 0) / {BILLION}
            {predictions.sql}
            """,
            predictions.conditions.values,
        ).fetchall()
    return NamedDigits(count, confidence, labelled_confidence)


def _sample_from_rows(rows: Sequence[tuple[Any, ...]], total: int) -> InputSample:
    return InputSample(
        digits=np.array([NOT_A_DIGIT if digit is None else digit for digit, _, _, _ in rows], np.uint8),
        confidence=np.array([confidence for _, confidence, _, _ in rows], np.float64),
        seen=np.frombuffer(b"".join(seen for _, _, seen, _ in rows), np.uint8).reshape(-1, SIDE, SIDE),
        versions=frozenset(version for *_, version in rows),
        total=total,
    )
