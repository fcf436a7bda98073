"""The store: the one DuckDB file, opened on demand, shared by our threads, released when idle or when others wait.

DuckDB lets one process at a time open a file, even for reading. So a Store keeps it open only while it is in use, and
takes turns with other processes on the WaitingList.
"""

import atexit
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, Event, Lock, Thread

import duckdb

from hwr_core.db.connection import open_connection
from hwr_core.db.errors import busy, commit_failures_translated, file_failures_translated, is_lock_conflict, unavailable
from hwr_core.db.file_cursor import FileCursor, Statements
from hwr_core.db.file_lock import opening_lock
from hwr_core.db.store import Store
from hwr_core.db.waiting_list import WaitingList
from hwr_core.errors import StoreBusy, StoreError, StoreUnavailable

MOST_WAITING = 80
"""Threads that wait for the file at once; a server has more (`api.app`), so that what needs no file finds one."""
POLL = 0.05
"""Seconds between two attempts to open a file that another process holds; each costs 8 ms of processor time."""
WATCH = 0.05
"""Seconds between two checks, while we hold the file, whether others wait and whether we are idle."""
TURN = 0.25
"""Seconds for which the file is held while others wait; then no new sessions are started."""
PATIENCE = 0.75
"""Most seconds for which new sessions are then held back until the running ones end. Then the next turn begins."""
GAP = 3 * POLL
"""Seconds before the file is opened again after it was released to others: one that polls is sure to get it."""


class FileStore(Store):
    """One database file. Safe to use from many threads.

    Waits up to `busy_timeout` seconds for another process; releases the file after `idle_release` idle seconds.
    """

    def __init__(
        self,
        database: Path,
        *,
        busy_timeout: float,
        idle_release: float,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._database = database
        self._busy_timeout = busy_timeout
        self._idle_release = idle_release
        self._clock = clock
        self._waiting_list = WaitingList(database)
        self._writing = Lock()
        self._changed = Condition()  # guards everything below
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._statements = Statements()
        self._released = Event()  # set when the connection is closed: its watcher ends
        self._sessions = 0
        self._waiters = 0
        self._held_back = False  # others wait and our turn is over: no new sessions for now
        self._failed = False  # the file failed: open it again
        self._resting = False  # the file is kept closed: no new sessions for now
        self._closed = False
        self._opened_at = self._used_at = self._next_attempt = -float("inf")
        self._holder: duckdb.Error | None = None

    @contextmanager
    def session(self, *, patience: float | None = None) -> Iterator[FileCursor]:
        """Yield a cursor inside a transaction: committed, durably, on success and rolled back on an error.

        Waits up to `patience` seconds for another process, or `busy_timeout` when it is not given.

        Raises StoreBusy or StoreUnavailable; other errors of the body pass unchanged.
        """
        connection = self._enter(self._busy_timeout if patience is None else patience)
        try:
            with file_failures_translated():
                cursor = FileCursor(connection, self._statements)
                try:
                    cursor.begin()
                    yield cursor
                    with commit_failures_translated():
                        cursor.commit()
                finally:
                    cursor.close()  # rolls back what was not committed
        except StoreUnavailable:
            self._failed = True
            raise
        finally:
            self._leave()

    @contextmanager
    def writing(self) -> Iterator[FileCursor]:
        """Yield a session's cursor to one writer at a time: what it has read stays true until it has committed.

        Otherwise a prediction could be stored for a user who is being deleted, and two writers of one row would clash.
        """
        with self._writing, self.session() as cursor:
            yield cursor

    @contextmanager
    def resting(self) -> Iterator[Path]:
        """Yield the path of the closed, complete file, which nobody opens meanwhile, so that it can be copied.

        It cannot be copied while it is open: DuckDB's lock belongs to the process and ends when the process closes
        any descriptor of the file.
        """
        with self._writing:
            self._enter(self._busy_timeout)
            try:
                self._wait_for_other_sessions()
                with opening_lock(self._database, wait=True):
                    with self._changed:
                        self._close_connection()
                    yield self._database
            finally:
                self._resting = False
                self._leave()

    def size(self) -> int:
        """Return the size of the file in bytes; 0 while there is none."""
        return self._database.stat().st_size if self._database.exists() else 0

    def close(self) -> None:
        """Release the file once the running sessions have ended, and refuse new ones. May be called again."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            if self._sessions == 0:
                self._release()
            # The last session to end releases the file; we wait for it, but not for ever.
            self._changed.wait_for(lambda: self._connection is None, timeout=self._busy_timeout)

    def _enter(self, patience: float) -> duckdb.DuckDBPyConnection:
        """Begin a session, opening the file first where necessary."""
        with self._changed:
            connection = self._admitted()
            if connection is None:
                connection = self._wait_until_admitted(patience)
            self._sessions += 1
            return connection

    def _wait_until_admitted(self, patience: float) -> duckdb.DuckDBPyConnection:
        if self._waiters >= MOST_WAITING:
            raise self._busy(0.0) from self._holder
        deadline = self._clock() + patience
        self._waiters += 1
        try:
            while (connection := self._admitted()) is None:
                if (left := deadline - self._clock()) <= 0:
                    raise self._busy(patience) from self._holder
                self._changed.wait(min(POLL, left))
            return connection
        finally:
            self._waiters -= 1
            if self._waiters == 0:
                self._waiting_list.leave()

    def _busy(self, patience: float) -> StoreBusy:
        return busy(self._holder, patience, held_by_us=self._connection is not None)

    def _admitted(self) -> duckdb.DuckDBPyConnection | None:
        """The connection for a new session, None while it has to wait."""
        if self._closed:
            raise StoreError("The history has been closed.")
        if self._connection is None and not self._resting and self._clock() >= self._next_attempt:
            # Opened under the lock on purpose: without a connection no other thread can do anything.
            self._attempt_to_open()
        return None if self._held_back or self._failed or self._resting else self._connection

    def _attempt_to_open(self) -> None:
        try:
            self._connection = open_connection(self._database, was_held=self._holder is not None)
        except duckdb.Error as error:
            if not is_lock_conflict(error):
                raise unavailable(error) from error
            self._holder = error
        except OSError as error:
            raise unavailable(error, otherwise="The data folder cannot be created.") from error
        if self._connection is None:
            self._waiting_list.enter()
            self._next_attempt = self._clock() + POLL
        else:
            self._begin_to_hold()

    def _begin_to_hold(self) -> None:
        self._holder = None
        self._waiting_list.leave()
        self._opened_at = self._used_at = self._clock()
        self._held_back = self._failed = False
        self._released = Event()
        # A daemon thread must not be inside DuckDB when the interpreter shuts down: we are closed before that.
        atexit.register(self.close)
        Thread(
            target=self._watch,
            args=(self._released,),
            name="hwr-store-watch",
            daemon=True,
        ).start()
        self._changed.notify_all()

    def _wait_for_other_sessions(self) -> None:
        """Hold new sessions back, and wait until ours is the only one."""
        with self._changed:
            self._resting = True
            if not self._changed.wait_for(lambda: self._sessions == 1, timeout=self._busy_timeout):
                raise self._busy(self._busy_timeout)

    def _leave(self) -> None:
        with self._changed:
            self._sessions -= 1
            self._used_at = self._clock()
            self._changed.notify_all()
            if self._sessions == 0 and (self._held_back or self._failed or self._closed):
                self._release()

    def _release(self) -> None:
        """Close the file under the opening lock."""
        if self._connection is not None:
            with opening_lock(self._database, wait=True):
                self._close_connection()

    def _close_connection(self) -> None:
        """Close the file while the opening lock is held; where others wait, stay away long enough for one to get it."""
        if self._connection is None:
            return
        connection, self._connection, self._statements = self._connection, None, Statements()
        self._released.set()
        atexit.unregister(self.close)
        self._changed.notify_all()
        connection.close()
        if self._held_back:
            self._next_attempt = self._clock() + GAP

    def _watch(self, released: Event) -> None:
        """Check regularly, in a thread of its own, whether to release the file; ends when the connection is closed."""
        while not released.wait(WATCH):
            others_wait = self._waiting_list.others_wait()
            with self._changed:
                if not released.is_set():
                    self._release_if_due(others_wait=others_wait)

    def _release_if_due(self, *, others_wait: bool) -> None:
        now = self._clock()
        turn_is_over = (now - self._opened_at) % (TURN + PATIENCE) >= TURN
        was_held_back = self._held_back
        self._held_back = others_wait and turn_is_over
        if self._sessions == 0 and (self._held_back or now - self._used_at >= self._idle_release):
            self._release()
        elif was_held_back and not self._held_back:
            self._changed.notify_all()
