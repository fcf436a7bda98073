"""The store on a PostgreSQL server: the same sessions as on a DuckDB file, from a pool of connections."""

import atexit
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Lock

import psycopg
from psycopg_pool import ConnectionPool, PoolTimeout

from hwr_core.db.cursor import Cursor
from hwr_core.db.server_connection import WRITING, bring_up_to_date, connect, connection_options, prepare, timeout
from hwr_core.db.server_cursor import AnyConnection, ServerCursor
from hwr_core.db.server_errors import BUSY, server_failures_translated
from hwr_core.db.store import Store
from hwr_core.errors import StoreBusy, StoreError

CONNECTIONS = 10
"""Most connections of one process: sessions are short, and a server of PostgreSQL has 100 by default."""

_RECONNECT = 5.0
"""Seconds after which an attempt to connect again is given up; the next session begins a new one at once."""

# Both see what DuckDB's sessions see. The writer's statements come after the lock, and have to see what was committed
# while they waited for it: a snapshot taken before would be too old.
_BEGIN = "begin isolation level repeatable read"
_BEGIN_WRITING = (
    "begin isolation level read committed; set local lock_timeout = {timeout}; "
    f"select pg_advisory_xact_lock({WRITING})"
)


class ServerStore(Store):
    """One database of a PostgreSQL server. Connects, and brings the tables up to date, when it is first needed."""

    is_shared = True

    def __init__(self, url: str, *, busy_timeout: float) -> None:
        self._url = url
        self._busy_timeout = busy_timeout
        self._writing = Lock()
        self._opening = Lock()  # guards the two below
        self._pool: ConnectionPool[AnyConnection] | None = None
        self._closed = False

    @contextmanager
    def session(self, *, patience: float | None = None) -> Iterator[Cursor]:
        """Yield a cursor inside a transaction; see `Store`."""
        with self._transaction(_BEGIN, self._busy_timeout if patience is None else patience) as cursor:
            yield cursor

    @contextmanager
    def writing(self) -> Iterator[Cursor]:
        """Yield a session's cursor to one writer at a time, of all processes; see `Store`."""
        begin = _BEGIN_WRITING.format(timeout=timeout(self._busy_timeout))
        # One connection waits for the lock on the server, not as many as there are threads that write.
        if not self._writing.acquire(timeout=self._busy_timeout):
            raise StoreBusy(BUSY)
        try:
            with self._transaction(begin, self._busy_timeout) as cursor:
                yield cursor
        finally:
            self._writing.release()

    def size(self) -> int:
        """Return the size of the database in bytes, indexes included."""
        with self.session() as cursor:
            [(found,)] = cursor.execute("select pg_database_size(current_database())").fetchall()
        return int(found)

    def close(self) -> None:
        """Close all connections; sessions that run end first."""
        with self._opening:
            self._closed = True
            pool, self._pool = self._pool, None
        if pool is not None:
            atexit.unregister(self.close)
            pool.close(timeout=self._busy_timeout)

    @contextmanager
    def _transaction(self, begin: str, patience: float) -> Iterator[Cursor]:
        with server_failures_translated():
            pool = self._opened()
            connection = self._connection(pool, patience)
            try:
                cursor = ServerCursor(connection)
                cursor.execute(begin)
                yield cursor
                connection.commit()
            except BaseException:
                with suppress(psycopg.Error):  # the connection is lost: the server rolls back by itself
                    connection.rollback()
                raise
            finally:
                pool.putconn(connection)

    def _opened(self) -> ConnectionPool[AnyConnection]:
        with self._opening:
            if self._closed:
                raise StoreError("The history has been closed.")
            if self._pool is None:
                bring_up_to_date(self._url, self._busy_timeout)
                self._pool = ConnectionPool(
                    kwargs={"autocommit": True, **connection_options(self._url)},
                    min_size=1,
                    max_size=CONNECTIONS,
                    configure=prepare,
                    check=ConnectionPool.check_connection,  # after a restart of the server the old ones are dead
                    reconnect_timeout=_RECONNECT,
                    name="hwr-store",
                    open=True,
                )
                atexit.register(self.close)
            return self._pool

    def _connection(self, pool: ConnectionPool[AnyConnection], patience: float) -> AnyConnection:
        try:
            return pool.getconn(timeout=max(patience, 0.001))
        except PoolTimeout:
            connect(self._url).close()  # says why, where the server is the reason
            raise
