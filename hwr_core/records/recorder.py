"""The way of a prediction into the history, and the events that tell of it."""

import time
from collections.abc import Iterable
from concurrent.futures import Future
from functools import partial

from hwr_core.db.group_commit import GroupCommit
from hwr_core.db.store import Store
from hwr_core.events import Events
from hwr_core.records.events import PredictionNotStored, PredictionStored
from hwr_core.records.predictions import NewPrediction, PredictionRecord, record_predictions
from hwr_core.records.uploads import Uploads


class Recorder:
    """Writes predictions in groups. Safe to use from many threads."""

    def __init__(self, store: Store, uploads: Uploads, events: Events) -> None:
        self._writer: GroupCommit[NewPrediction, PredictionRecord] = GroupCommit(
            store, partial(record_predictions, uploads=uploads)
        )
        self._events = events

    @property
    def waiting(self) -> int:
        """How many predictions wait for their turn to be written, about."""
        return self._writer.waiting

    def store(self, prediction: NewPrediction) -> Future[PredictionRecord]:
        """Submit one prediction; its Future is done when it is durable or refused. Raises StoreError once closed."""
        return self.store_all([prediction])[0]

    def store_all(self, predictions: Iterable[NewPrediction]) -> list[Future[PredictionRecord]]:
        """Submit predictions, one behind the other; one Future each, in their order."""
        started = time.perf_counter()
        futures = self._writer.submit_all(predictions)
        for future in futures:
            future.add_done_callback(partial(self._publish, started))
        return futures

    def _publish(self, started: float, outcome: Future[PredictionRecord]) -> None:
        waited = time.perf_counter() - started
        if outcome.cancelled():
            return
        error = outcome.exception()
        if error:
            self._events.publish(PredictionNotStored(error))
        elif not outcome.result().repeated:
            self._events.publish(PredictionStored(outcome.result(), waited))

    def close(self) -> None:
        """Write what is waiting, then stop. May be repeated."""
        self._writer.close()
