"""The way of a prediction into the history, and what observers learn of it."""

import time
from collections.abc import Iterable
from concurrent.futures import Future
from functools import partial

from hwr_core.db.group_commit import GroupCommit
from hwr_core.db.store import Store
from hwr_core.events import Observers
from hwr_core.records.predictions import NewPrediction, PredictionRecord, record_predictions
from hwr_core.records.uploads import Uploads


class Recorder:
    """Writes predictions in groups. Safe to use from many threads."""

    def __init__(self, store: Store, uploads: Uploads, observers: Observers) -> None:
        self._writer: GroupCommit[NewPrediction, PredictionRecord] = GroupCommit(
            store, partial(record_predictions, uploads=uploads)
        )
        self._observers = observers

    @property
    def waiting(self) -> int:
        """How many predictions wait for their turn to be written, about."""
        return self._writer.waiting

    def keep(self, prediction: NewPrediction) -> Future[PredictionRecord]:
        """Hand in one prediction; its Future is done when it is durable or refused. Raises StoreError once closed."""
        return self.keep_all([prediction])[0]

    def keep_all(self, predictions: Iterable[NewPrediction]) -> list[Future[PredictionRecord]]:
        """Hand in predictions, one behind the other; one Future each, in their order."""
        started = time.perf_counter()
        futures = self._writer.submit_all(predictions)
        for future in futures:
            future.add_done_callback(partial(self._tell, started))
        return futures

    def _tell(self, started: float, outcome: Future[PredictionRecord]) -> None:
        waited = time.perf_counter() - started
        if outcome.cancelled():
            return
        if error := outcome.exception():
            self._observers.tell(lambda observer: observer.on_not_kept(error))
        else:
            kept = outcome.result()
            self._observers.tell(lambda observer: observer.on_kept(kept, waited))

    def close(self) -> None:
        """Write what is waiting, then stop. May be repeated."""
        self._writer.close()
