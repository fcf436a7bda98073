"""The review desk: what to ask a person next, and which of people's labels to look at once more."""

from dataclasses import dataclass
from enum import StrEnum

from hwr_core.recognition.types import NOT_A_DIGIT, Prediction
from hwr_core.records.filters import HistoryFilter, Labelled
from hwr_core.records.history import History
from hwr_core.records.predictions import PredictionRecord
from hwr_core.registry.registry import Registry
from hwr_core.review.label_errors import eleven_shares, suspects
from hwr_core.review.queue import LEAST_SURE, REJECTED, Queue, ReviewQueue
from hwr_core.review.second_opinion import SecondOpinion

COMPARED = 500
"""So many of the newest predictions are read by the challenger too: 0.3 s."""


class Order(StrEnum):
    """Why predictions wait for a person, and so in what order."""

    LEAST_SURE = "least_sure"
    REJECTED = "rejected"
    DISAGREE = "disagree"


_QUEUES: dict[Order, Queue] = {Order.LEAST_SURE: LEAST_SURE, Order.REJECTED: REJECTED}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A kept prediction that waits for a person; `second` is the challenger's where it answers differently."""

    kept: PredictionRecord
    second: Prediction | None = None


@dataclass(frozen=True, slots=True)
class Suspect:
    """A labelled prediction whose label is likely wrong.

    Its model, which read it before it had the label, gave that label `given` (0 to 1), and gave `preferred`, the
    label it held for right (None: no digit), `preferred_given`.
    """

    kept: PredictionRecord
    given: float
    preferred: int | None
    preferred_given: float


class ReviewService:
    """The predictions of one history that deserve a human eye. Safe to use from many threads."""

    def __init__(self, queue: ReviewQueue, history: History, registry: Registry, *, compared: int = COMPARED) -> None:
        self._queue = queue
        self._history = history
        self._second_opinion = SecondOpinion(registry)
        self._compared = compared

    def page(self, order: Order, *, limit: int = 50, after: PredictionRecord | None = None) -> list[Waiting]:
        """Return the first that wait, or those that stand behind one of them.

        The order DISAGREE holds those of the newest unlabelled predictions that the challenger answers differently,
        newest first; none without a challenger.

        Raises:
            InvalidValue: `limit` is less than 1 or above the setting `max_page`.
            ModelUnavailable: the challenger is gone or damaged.
            StoreError: the history cannot be read at present.
        """
        if order is Order.DISAGREE:
            behind = [each for each in self._disagreements() if after is None or each.kept.id < after.id]
            return behind[:limit]
        return [Waiting(kept) for kept in self._queue.page(_QUEUES[order], limit=limit, after=after)]

    def count(self, order: Order) -> int:
        """Return how many wait. Raises ModelUnavailable and StoreError."""
        return len(self._disagreements()) if order is Order.DISAGREE else self._queue.count(_QUEUES[order])

    def suspects(self, *, limit: int = 50) -> list[Suspect]:
        """Return the labels that are most likely wrong, the most suspect first; verified ones are not doubted.

        Each prediction was made before anybody had said what it is, by a model that cannot have learned its label: what
        it gave the label is out of sample, as confident learning asks (see `hwr_core.review.label_errors`).

        Raises:
            StoreError: the history cannot be read at present.
        """
        known = self._queue.labelled_probabilities()
        shares = eleven_shares(known.probabilities)
        ranked = suspects(shares, known.labels)
        doubted = ranked[~known.verified[ranked]][:limit]
        place = {int(known.ids[row]): row for row in doubted}
        found = []
        for kept in self._queue.get([*place]):
            row = place[kept.id]
            best = int(shares[row].argmax())
            given = float(shares[row, known.labels[row]])
            found.append(Suspect(kept, given, None if best == NOT_A_DIGIT else best, float(shares[row, best])))
        return found

    def close(self) -> None:
        """Let the challenger go."""
        self._second_opinion.close()

    def _disagreements(self) -> list[Waiting]:
        newest = self._history.page(HistoryFilter(labelled=Labelled.NO), limit=self._compared).predictions
        answers = self._second_opinion.of(newest)
        return [
            Waiting(kept, answer)
            for kept in newest
            if (answer := answers.get(kept.id)) and answer.digit != kept.prediction.digit
        ]
