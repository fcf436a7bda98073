"""The lease on the one DuckDB file: opened on demand, shared by our threads, given back when idle or when others wait.

DuckDB lets one process at a time hold a file, even for reading. So a Store holds it only while it is of use, and takes
turns with other processes that show themselves in the WaitingList.
"""

import atexit
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Condition, Event, Lock, Thread

import duckdb

from hwr_core.db.errors import busy, commit_failures_translated, file_failures_translated, is_lock_conflict, unavailable
from hwr_core.db.file_lock import opening_lock, unfinished_restore
from hwr_core.db.migrations import migrate
from hwr_core.db.waiting_list import WaitingList
from hwr_core.errors import StoreBusy, StoreError, StoreUnavailable

POLL = 0.05
"""Seconds between two attempts at a file that another process holds; an attempt costs 8 ms of processor time."""
WATCH = 0.05
"""Seconds between two looks of a holder at who waits and whether we are idle."""
TURN = 0.25
"""Seconds a holder keeps the file while others wait, before it stops starting sessions."""
PATIENCE = 0.75
"""Seconds it then holds its own sessions back at most, for a long one of its own to end. Then the next turn begins."""
GAP = 3 * POLL
"""Seconds a holder stays away after it gave way: a waiter that polls gets in for sure."""

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,  # groups of small rows and aggregates; the other cores are for reading images
    "memory_limit": "1GB",  # the default is 80 % of the machine, which the recogniser and a training share
    "autoload_known_extensions": False,  # DuckDB would fetch extensions from the internet at run time
    "autoinstall_known_extensions": False,
    "python_enable_replacements": False,  # a mistyped table name must not read a Python variable
}


class Store:
    """One database file and the lease on it. Safe to use from many threads.

    Waits up to `busy_timeout` seconds for another process; gives the file back after `idle_release` idle seconds.
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
        self._released = Event()  # set when the present connection is closed: its keeper ends
        self._sessions = 0
        self._waiters = 0
        self._held_back = False  # others wait and our turn is over: no new sessions for now
        self._failed = False  # the file let us down: open it afresh
        self._resting = False  # the file is kept closed: no new sessions until that is over
        self._closed = False
        self._opened_at = self._used_at = self._next_attempt = -float("inf")
        self._holder: duckdb.Error | None = None

    @contextmanager
    def session(self, *, patience: float | None = None) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a cursor inside a transaction: committed, durably, on success and rolled back on an error.

        Waits for another process as many seconds as `patience` says, else as the store's own `busy_timeout`.

        Raises StoreBusy or StoreUnavailable; errors of the body that are not the file's fault pass unchanged.
        """
        connection = self._enter(self._busy_timeout if patience is None else patience)
        try:
            with file_failures_translated():
                cursor = connection.cursor()
                try:
                    cursor.begin()
                    yield cursor
                    with commit_failures_translated():
                        cursor.commit()
                finally:
                    cursor.close()  # rolls back whatever was not committed
        except StoreUnavailable:
            self._failed = True
            raise
        finally:
            self._leave()

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Yield a session's cursor to one writer at a time: what it found stays true until it has committed.

        Without that a prediction could be kept for a user who is being deleted, and two writers of one row would clash.
        """
        with self._writing, self.session() as cursor:
            yield cursor

    @contextmanager
    def resting(self) -> Iterator[Path]:
        """Yield the file, up to date and closed, while neither we nor another process opens it: it can be copied then.

        Reading it while it is open would not do: DuckDB's lock is the process's, and ends with the first descriptor of
        the file that the process closes.
        """
        with self._writing:
            self._enter(self._busy_timeout)
            try:
                self._await_the_last_session()
                with opening_lock(self._database, wait=True):
                    with self._changed:
                        self._let_go()
                    yield self._database
            finally:
                self._resting = False
                self._leave()

    def close(self) -> None:
        """Give the file back once the running sessions have ended, and refuse all further ones. May be repeated."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            if self._sessions == 0:
                self._release()
            # The last session to end gives the file back; it is waited for, but not for ever.
            self._changed.wait_for(lambda: self._connection is None, timeout=self._busy_timeout)

    def _enter(self, patience: float) -> duckdb.DuckDBPyConnection:
        """Count one more session in, opening the file first where need be."""
        with self._changed:
            connection = self._admitted()
            if connection is None:
                connection = self._wait_until_admitted(patience)
            self._sessions += 1
            return connection

    def _wait_until_admitted(self, patience: float) -> duckdb.DuckDBPyConnection:
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
        """The connection for a new session, or None while one has to wait."""
        if self._closed:
            raise StoreError("The history has been closed.")
        if self._connection is None and not self._resting and self._clock() >= self._next_attempt:
            # Opened under the lock on purpose: without a connection no other thread has anything better to do.
            self._attempt_to_open()
        return None if self._held_back or self._failed or self._resting else self._connection

    def _attempt_to_open(self) -> None:
        try:
            self._connection = _open(self._database, was_held=self._holder is not None)
        except duckdb.Error as error:
            if not is_lock_conflict(error):
                raise unavailable(error) from error
            self._holder = error
        except OSError as error:
            raise unavailable(error, otherwise="The data folder cannot be made.") from error
        if self._connection is None:
            self._waiting_list.show()
            self._next_attempt = self._clock() + POLL
        else:
            self._begin_lease()

    def _begin_lease(self) -> None:
        self._holder = None
        self._waiting_list.leave()
        self._opened_at = self._used_at = self._clock()
        self._held_back = self._failed = False
        self._released = Event()
        # A daemon thread must not be inside DuckDB when the interpreter goes down: we are closed before that.
        atexit.register(self.close)
        Thread(
            target=self._keep,
            args=(self._released,),
            name="hwr-store-lease",
            daemon=True,
        ).start()
        self._changed.notify_all()

    def _await_the_last_session(self) -> None:
        """Start no further session, and wait until ours is the only one."""
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
        """Close the file for real; after giving way, stay away long enough for the other to get in."""
        if self._connection is not None:
            with opening_lock(self._database, wait=True):
                self._let_go()

    def _let_go(self) -> None:
        """Close the file, inside the passage."""
        if self._connection is None:
            return
        connection, self._connection = self._connection, None
        self._released.set()
        atexit.unregister(self.close)
        self._changed.notify_all()
        connection.close()
        if self._held_back:
            self._next_attempt = self._clock() + GAP

    def _keep(self, released: Event) -> None:
        """Look, until the connection is closed, whether to give it back; runs in a thread of its own."""
        while not released.wait(WATCH):
            someone_else_waits = self._waiting_list.someone_else_waits()
            with self._changed:
                if not released.is_set():
                    self._give_back_if_due(someone_else_waits=someone_else_waits)

    def _give_back_if_due(self, *, someone_else_waits: bool) -> None:
        now = self._clock()
        turn_is_over = (now - self._opened_at) % (TURN + PATIENCE) >= TURN
        was_held_back = self._held_back
        self._held_back = someone_else_waits and turn_is_over
        if self._sessions == 0 and (self._held_back or now - self._used_at >= self._idle_release):
            self._release()
        elif was_held_back and not self._held_back:
            self._changed.notify_all()


def _open(database: Path, *, was_held: bool) -> duckdb.DuckDBPyConnection | None:
    """Open the file, making it and its folder where missing, and bring its tables up to date.

    None while another process opens or closes it.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    with opening_lock(database, wait=False) as is_free:
        if not is_free:
            return None
        if unfinished_restore(database.parent).exists():
            raise StoreUnavailable("A restore was interrupted. `hwr restore --finish` brings it to its end.")
        if was_held:
            _settle_the_header(database)
        _remove_if_empty(database)
        connection = duckdb.connect(database, config=_CONFIG)
        try:
            connection.execute("set global timezone = 'UTC'")
            migrate(connection)
        except BaseException:
            connection.close()
            raise
        return connection


def _remove_if_empty(database: Path) -> None:
    """Remove a file that holds nothing: a kill while the file was being made leaves one, and DuckDB refuses it."""
    if database.is_file() and database.stat().st_size == 0:
        database.unlink()


def _settle_the_header(database: Path) -> None:
    """Open and close the file untouched: its last holder may know no passage, such as DuckDB's own shell.

    Had it closed in the midst of our opening, our header would be stale; the next opening reads a fresh one.
    """
    try:
        duckdb.connect(database, config=_CONFIG).close()
    except duckdb.Error as error:
        if is_lock_conflict(error):
            raise
        # A stale header may look like damage. Real damage shows again at once, when the file is opened to stay.
