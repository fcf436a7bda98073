"""Group commit: rows of many callers that arrive while a commit runs share the next transaction.

A commit costs about the same for one row as for sixteen, so a busy server writes in groups. No caller is answered
before its row is durable.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Generic, TypeVar

from hwr_core.db.cursor import Cursor
from hwr_core.db.store import Store
from hwr_core.errors import HwrError, StoreError

Row = TypeVar("Row")
Result = TypeVar("Result")

MAX_GROUP = 256
"""Most rows in one transaction: at this size the cost of the commit itself no longer matters."""

PERIOD = 0.016
FULL = 8
"""Seconds from the beginning of one group to that of the next, if the first had FULL rows; less where it had fewer.

A commit takes as much processor time for one row as for many, so fuller groups raise the throughput under load. Where
the disk is so slow that a commit takes longer than that, they fill meanwhile. A single caller does not wait.
"""


class GroupCommit(Generic[Row, Result]):
    """Writes rows in the order submitted, in one thread, in groups; each row's Future has the outcome of that row.

    `write` gets a cursor inside a transaction and returns, for each row, its result or the HwrError that refuses it.
    """

    def __init__(
        self,
        store: Store,
        write: Callable[[Cursor, Sequence[Row]], Sequence[Result | HwrError]],
    ) -> None:
        self._store = store
        self._write = write
        self._queue: SimpleQueue[tuple[Row, Future[Result]] | None] = SimpleQueue()
        self._closing = Lock()  # nothing may be queued after the None that ends the writer
        self._closed = False
        self._writer = Thread(target=self._run, name="hwr-group-commit", daemon=True)
        self._writer.start()

    def submit(self, row: Row) -> Future[Result]:
        """Queue one row; its Future is done when the row is durable or refused. Raises StoreError once closed."""
        return self.submit_all([row])[0]

    def submit_all(self, rows: Iterable[Row]) -> list[Future[Result]]:
        """Queue the rows without others in between; return one Future each, in their order."""
        entries: list[tuple[Row, Future[Result]]] = [(row, Future()) for row in rows]
        with self._closing:
            if self._closed:
                raise StoreError("The history has been closed.")
            for entry in entries:
                self._queue.put(entry)
        return [future for _, future in entries]

    @property
    def waiting(self) -> int:
        """About how many rows wait to be written."""
        return self._queue.qsize()

    def close(self) -> None:
        """Write the waiting rows, then stop. May be called again."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._writer.join()

    def _run(self) -> None:
        until, ended = 0.0, False
        while not ended:
            group, ended = self._next_group(until)
            # A caller that gave up has cancelled its Future: that row is not written.
            group = [entry for entry in group if entry[1].set_running_or_notify_cancel()]
            started = time.perf_counter()
            if group:
                self._settle(group)
            until = started + _period(len(group))

    def _next_group(self, until: float) -> tuple[list[tuple[Row, Future[Result]]], bool]:
        """The entries that wait at a moment, or the next one after it; and whether the end was reached."""
        group: list[tuple[Row, Future[Result]]] = []
        entry = self._queue.get()
        time.sleep(max(0.0, until - time.perf_counter()))
        while entry is not None:
            group.append(entry)
            if len(group) == MAX_GROUP:
                return group, False
            try:
                entry = self._queue.get_nowait()
            except Empty:
                return group, False
        return group, True

    def _settle(self, group: list[tuple[Row, Future[Result]]]) -> None:
        """Commit the group and resolve its Futures; a group that fails is tried again row by row."""
        try:
            results = self._commit([row for row, _ in group])
        except Exception as error:  # noqa: BLE001 - the waiting callers have to be told of any error
            # The store's own errors affect every row alike; any other may be caused by a single row.
            if len(group) == 1 or isinstance(error, StoreError):
                for _, future in group:
                    future.set_exception(error)
            else:
                for entry in group:
                    self._settle([entry])
            return
        for (_, future), result in zip(group, results, strict=True):
            if isinstance(result, HwrError):
                future.set_exception(result)
            else:
                future.set_result(result)

    def _commit(self, rows: list[Row]) -> Sequence[Result | HwrError]:
        with self._store.writing() as cursor:
            results = self._write(cursor, rows)
            if len(results) != len(rows):
                raise RuntimeError(f"{len(rows)} rows were to be written, but there are {len(results)} results.")
        return results


def _period(rows: int) -> float:
    """Seconds from the beginning of a group of so many rows to that of the next."""
    return 0.0 if rows < 2 else PERIOD * min(1.0, rows / FULL)
