"""Many callers, one transaction: rows that arrive while a commit runs share the next one.

A commit costs about the same for one row as for sixteen, so a busy server writes in groups. No caller is answered
before its row is durable.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import Future
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Generic, TypeVar

import duckdb

from hwr_core.db.store import Store
from hwr_core.errors import HwrError, StoreError

Row = TypeVar("Row")
Answer = TypeVar("Answer")

MAX_GROUP = 256
"""Most rows in one transaction: at this size the cost of the commit itself no longer counts."""

LINGER = 0.004
"""Seconds to wait for more rows where the group before had several: a commit costs about 5 ms of processor time
whatever its size, so that fuller groups even out the rate under load; a lone caller waits once at most."""


class GroupCommit(Generic[Row, Answer]):
    """Writes rows in the order submitted, by one thread, in groups; each row's Future tells its own outcome.

    `write` gets a cursor inside a transaction and answers, row by row, with the row's answer or the HwrError that
    refuses it.
    """

    def __init__(
        self,
        store: Store,
        write: Callable[[duckdb.DuckDBPyConnection, Sequence[Row]], Sequence[Answer | HwrError]],
    ) -> None:
        self._store = store
        self._write = write
        self._queue: SimpleQueue[tuple[Row, Future[Answer]] | None] = SimpleQueue()
        self._closing = Lock()  # nothing may be queued behind the None that ends the writer
        self._closed = False
        self._writer = Thread(target=self._run, name="hwr-group-commit", daemon=True)
        self._writer.start()

    def submit(self, row: Row) -> Future[Answer]:
        """Queue one row; its Future is done when the row is durable or refused. Raises StoreError once closed."""
        return self.submit_all([row])[0]

    def submit_all(self, rows: Iterable[Row]) -> list[Future[Answer]]:
        """Queue the rows one behind the other; one Future each, in their order."""
        entries: list[tuple[Row, Future[Answer]]] = [(row, Future()) for row in rows]
        with self._closing:
            if self._closed:
                raise StoreError("The history has been closed.")
            for entry in entries:
                self._queue.put(entry)
        return [future for _, future in entries]

    @property
    def waiting(self) -> int:
        """How many rows wait for their group, about."""
        return self._queue.qsize()

    def close(self) -> None:
        """Write what is waiting, then stop. May be repeated."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._queue.put(None)
        self._writer.join()

    def _run(self) -> None:
        group: list[tuple[Row, Future[Answer]]] = []
        ended = False
        while not ended:
            group, ended = self._next_group(linger=LINGER if len(group) > 1 else 0.0)
            # A caller that gave up before its row's turn has cancelled its Future: such a row is not written.
            group = [entry for entry in group if entry[1].set_running_or_notify_cancel()]
            if group:
                self._settle(group)

    def _next_group(self, linger: float) -> tuple[list[tuple[Row, Future[Answer]]], bool]:
        """All that is waiting, at least one entry, and whether the end was reached."""
        group: list[tuple[Row, Future[Answer]]] = []
        entry = self._queue.get()
        time.sleep(linger)
        while entry is not None:
            group.append(entry)
            if len(group) == MAX_GROUP:
                return group, False
            try:
                entry = self._queue.get_nowait()
            except Empty:
                return group, False
        return group, True

    def _settle(self, group: list[tuple[Row, Future[Answer]]]) -> None:
        """Commit the group and resolve its Futures; what breaks a group of several is sought row by row."""
        try:
            answers = self._commit([row for row, _ in group])
        except Exception as error:  # noqa: BLE001 - whatever it is, the callers who wait have to hear of it
            # The store's own errors meet every row alike, any other may be the fault of one row alone.
            if len(group) == 1 or isinstance(error, StoreError):
                for _, future in group:
                    future.set_exception(error)
            else:
                for entry in group:
                    self._settle([entry])
            return
        for (_, future), answer in zip(group, answers, strict=True):
            if isinstance(answer, HwrError):
                future.set_exception(answer)
            else:
                future.set_result(answer)

    def _commit(self, rows: list[Row]) -> Sequence[Answer | HwrError]:
        with self._store.writing() as cursor:
            answers = self._write(cursor, rows)
            if len(answers) != len(rows):
                raise RuntimeError(f"{len(rows)} rows were given to be written, but {len(answers)} were answered.")
        return answers
