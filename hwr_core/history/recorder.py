"""The way of a reading into the history, and what observers learn of it."""

import time
from collections.abc import Iterable
from concurrent.futures import Future
from functools import partial

from hwr_core.db.group_commit import GroupCommit
from hwr_core.db.store import Store
from hwr_core.events import Observers
from hwr_core.history.predictions import KeptReading, NewReading, record_readings
from hwr_core.history.uploads import Originals


class Keeper:
    """Writes readings in groups. Safe to use from many threads."""

    def __init__(self, store: Store, originals: Originals, observers: Observers) -> None:
        self._writer: GroupCommit[NewReading, KeptReading] = GroupCommit(
            store, partial(record_readings, originals=originals)
        )
        self._observers = observers

    @property
    def waiting(self) -> int:
        """How many readings wait for their turn to be written, about."""
        return self._writer.waiting

    def keep(self, reading: NewReading) -> Future[KeptReading]:
        """Hand in one reading; its Future is done when it is durable or refused. Raises StoreError once closed."""
        return self.keep_all([reading])[0]

    def keep_all(self, readings: Iterable[NewReading]) -> list[Future[KeptReading]]:
        """Hand in readings, one behind the other; one Future each, in their order."""
        started = time.perf_counter()
        futures = self._writer.submit_all(readings)
        for future in futures:
            future.add_done_callback(partial(self._tell, started))
        return futures

    def _tell(self, started: float, outcome: Future[KeptReading]) -> None:
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
