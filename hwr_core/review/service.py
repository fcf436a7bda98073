"""The service of review: which predictions to label next, and which labels to check again."""

from dataclasses import dataclass
from enum import StrEnum

from hwr_core.recognition.types import Prediction
from hwr_core.records.filters import HistoryFilter, Labelled
from hwr_core.records.history import History
from hwr_core.records.predictions import PredictionRecord
from hwr_core.registry.registry import Registry
from hwr_core.review.label_errors import suspects, with_none
from hwr_core.review.queue import LEAST_SURE, REJECTED, Queue, ReviewQueue
from hwr_core.review.second_opinion import SecondOpinion
from hwr_core.scripts.script import values_of

COMPARED = 500
"""The number of newest predictions that the challenger reads too: 0.3 s."""


class Order(StrEnum):
    """Why predictions are to be reviewed, and in what order."""

    LEAST_SURE = "least_sure"
    REJECTED = "rejected"
    DISAGREE = "disagree"


_QUEUES: dict[Order, Queue] = {Order.LEAST_SURE: LEAST_SURE, Order.REJECTED: REJECTED}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A stored prediction to review; `second` is the challenger's where it differs."""

    kept: PredictionRecord
    second: Prediction | None = None


@dataclass(frozen=True, slots=True)
class Suspect:
    """A labelled prediction whose label is likely wrong.

    `given` is the probability (0 to 1) of its label by its own model, which made the prediction before the label;
    `preferred` is the label that the model preferred (None: no digit), at the probability `preferred_given`.
    """

    kept: PredictionRecord
    given: float
    preferred: int | None
    preferred_given: float


class ReviewService:
    """The review of one history. Safe to use from many threads."""

    def __init__(self, queue: ReviewQueue, history: History, registry: Registry, *, compared: int = COMPARED) -> None:
        self._queue = queue
        self._history = history
        self._second_opinion = SecondOpinion(registry)
        self._compared = compared

    def page(self, order: Order, *, limit: int = 50, after: PredictionRecord | None = None) -> list[Waiting]:
        """Return the first predictions to review, or those after one of them.

        DISAGREE lists those of the newest unlabelled predictions on which the challenger differs, newest first; none
        without a challenger.

        Raises:
            InvalidValue: `limit` is less than 1.
            ModelUnavailable: the challenger is missing or damaged.
            StoreError: the history cannot be read at present.
        """
        if order is Order.DISAGREE:
            behind = [each for each in self._disagreements() if after is None or each.kept.id < after.id]
            return behind[:limit]
        return [Waiting(kept) for kept in self._queue.page(_QUEUES[order], limit=limit, after=after)]

    def count(self, order: Order) -> int:
        """Return how many predictions are to be reviewed. Raises ModelUnavailable and StoreError."""
        return len(self._disagreements()) if order is Order.DISAGREE else self._queue.count(_QUEUES[order])

    def suspects(self, *, limit: int = 50) -> list[Suspect]:
        """Return the labels that are most likely wrong, the most suspect first; verified labels are left out.

        Each prediction was made before its label, by a model that cannot have been trained on it: its probabilities are
        out of sample, as confident learning requires (see `hwr_core.review.label_errors`).

        Raises:
            StoreError: the history cannot be read at present.
        """
        found = [suspect for script in self._queue.labelled_scripts() for suspect in self._suspects(script, limit)]
        return sorted(found, key=lambda suspect: suspect.given - suspect.preferred_given)[:limit]

    def _suspects(self, script: str, limit: int) -> list[Suspect]:
        known, values = self._queue.labelled_probabilities(script), values_of(script)
        shares = with_none(known.probabilities)
        ranked = suspects(shares, known.labels)
        doubted = ranked[~known.verified[ranked]][:limit]
        place = {int(known.ids[row]): row for row in doubted}
        found = []
        for kept in self._queue.get([*place]):
            row = place[kept.id]
            best = int(shares[row].argmax())
            given = float(shares[row, known.labels[row]])
            found.append(Suspect(kept, given, values[best] if best < len(values) else None, float(shares[row, best])))
        return found

    def close(self) -> None:
        """Unload the challenger."""
        self._second_opinion.close()

    def _disagreements(self) -> list[Waiting]:
        newest = self._history.page(HistoryFilter(labelled=Labelled.NO), limit=self._compared).predictions
        answers = self._second_opinion.of(newest)
        return [
            Waiting(kept, answer)
            for kept in newest
            if (answer := answers.get(kept.id)) and answer.digit != kept.prediction.digit
        ]
