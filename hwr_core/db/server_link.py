"""A server's link to the database that it shares: servers tell each other what has changed, and one of them leads.

One connection, one thread. After a restart of PostgreSQL the link comes back by itself, with its locks.
"""

import json
import logging
import time
import uuid
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Thread
from typing import Any

import psycopg

from hwr_core.db.server_connection import LEADING, SERVING, connect
from hwr_core.db.server_cursor import AnyConnection, ServerCursor
from hwr_core.db.store import CHANNEL, Word
from hwr_core.errors import StoreUnavailable

log = logging.getLogger(__name__)

WAIT = 0.2
"""Seconds after which what there is to say is said, whether or not something was heard meanwhile."""
LOOK = 1.0
"""Seconds between two tries of the connection, and two attempts to lead."""
RECONNECT = 0.5
"""Seconds between two attempts to connect again."""
ENDS_WITHIN = 10.0
"""Seconds that the link has to say what happened last, where the database does not answer."""
MOST_WAITING = 10_000
"""Words that wait while the database is away; of more the oldest are dropped."""
MOST_AT_ONCE = 200
"""Words in one notification, of which PostgreSQL takes at most 8000 bytes."""


class ServerLink:
    """The link of one server. Safe to use from many threads."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._name = uuid.uuid4().hex[:12]
        self._waiting: deque[Word] = deque(maxlen=MOST_WAITING)
        self._closed = Event()
        self._thread: Thread | None = None
        self._looked_at = -LOOK
        self.is_connected = False
        """Whether it hears the others at present."""
        self.is_leading = False
        """Whether this server does what only one may do."""

    def join(self, hear: Callable[[Word], object], reconnected: Callable[[], object]) -> bool:
        """Join the servers of the database, and hear them from now on; False where one process has it to itself.

        A database that cannot be reached is joined when it can be: whoever reads or writes it says so in better words.

        Args:
            hear: called with what another server says, by the thread of the link.
            reconnected: called by it after the connection was lost: something may have been missed.
        """
        connection: AnyConnection | None = None
        with suppress(psycopg.Error, StoreUnavailable):
            connection = self._connect()
            if connection is None:
                return False
        self._thread = Thread(target=self._run, args=(connection, hear, reconnected), name="replicas", daemon=True)
        self._thread.start()
        return True

    def say(self, word: Word) -> None:
        """Tell the others, a moment later."""
        self._waiting.append(word)

    def close(self) -> None:
        """Leave the others: one of them leads from now on. May be repeated."""
        self._closed.set()
        if self._thread is not None:
            self._thread.join(ENDS_WITHIN)

    def _run(
        self, connection: AnyConnection | None, hear: Callable[[Word], object], reconnected: Callable[[], object]
    ) -> None:
        while not self._closed.is_set():
            try:
                if connection is None and (connection := self._connect()) is not None:
                    reconnected()
                if connection is not None:
                    self._work(connection, hear)
            except (psycopg.Error, StoreUnavailable) as error:
                log.warning("The link to the other servers is broken, and will be made anew: %s", type(error).__name__)
                _end(connection)
                connection, self.is_connected, self.is_leading = None, False, False
            if connection is None:
                self._closed.wait(RECONNECT)
        self.is_connected = self.is_leading = False
        if connection is not None:
            with suppress(psycopg.Error):  # what happened last, such as jobs that were stopped
                self._say_what_waits(connection)
        _end(connection)

    def _connect(self) -> AnyConnection | None:
        """A connection that hears and has its place among the servers; None where one process has the database."""
        connection = connect(self._url)
        cursor = ServerCursor(connection)
        if cursor.execute("select pg_try_advisory_lock_shared($1)", [SERVING]).fetchone() != (True,):
            connection.close()
            return None
        cursor.execute(f"listen {CHANNEL}")
        self.is_connected = True
        self._looked_at = -LOOK
        return connection

    def _work(self, connection: AnyConnection, hear: Callable[[Word], object]) -> None:
        """Hear, say and look once."""
        for notice in list(connection.notifies(timeout=WAIT, stop_after=1)):
            for word in self._words_of(notice.payload):
                hear(word)
        self._say_what_waits(connection)
        if time.monotonic() - self._looked_at >= LOOK:
            cursor = ServerCursor(connection)
            self._looked_at = time.monotonic()
            if self.is_leading:
                cursor.execute("select 1")
            else:
                self.is_leading = cursor.execute("select pg_try_advisory_lock($1)", [LEADING]).fetchone() == (True,)

    def _say_what_waits(self, connection: AnyConnection) -> None:
        cursor = ServerCursor(connection)
        while said := self._next():
            try:
                cursor.execute("select pg_notify($1, $2)", [CHANNEL, json.dumps({"from": self._name, "words": said})])
            except psycopg.Error:
                self._waiting.extendleft(Word(kind, ids) for kind, ids in reversed(said))
                raise

    def _next(self) -> list[tuple[str, tuple[int, ...]]]:
        found: list[tuple[str, tuple[int, ...]]] = []
        while self._waiting and len(found) < MOST_AT_ONCE:
            word = self._waiting.popleft()
            found.append((word.kind, word.ids))
        return found

    def _words_of(self, payload: str) -> list[Word]:
        try:
            said: dict[str, Any] = json.loads(payload)
            if said["from"] == self._name:
                return []
            return [Word(str(kind), tuple(map(int, ids))) for kind, ids in said["words"]]
        except (ValueError, TypeError, KeyError):
            log.warning("Another program has said something on the channel %s that hwr does not know.", CHANNEL)
            return []


def _end(connection: AnyConnection | None) -> None:
    if connection is not None:
        with suppress(psycopg.Error):
            connection.close()
