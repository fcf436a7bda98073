"""A PostgreSQL database for one process alone, such as one that moves the history: servers share it otherwise."""

import psycopg

from hwr_core.db.server_connection import SERVING, connect
from hwr_core.db.server_cursor import AnyConnection, ServerCursor
from hwr_core.errors import StoreUnavailable


class DatabasePlace:
    """What one process can take while no server runs; PostgreSQL frees it when that process or its connection ends."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._connection: AnyConnection | None = None

    def take(self) -> bool:
        """Take the place; False while another process has it, or a server runs.

        A database that cannot be reached has no place to take: whoever reads or writes it says so in better words.
        """
        if self._connection is not None:
            return True
        try:
            connection = connect(self._url)
            found = ServerCursor(connection).execute("select pg_try_advisory_lock($1)", [SERVING]).fetchone()
        except (psycopg.Error, StoreUnavailable):
            return True
        is_ours = found == (True,)
        if not is_ours:
            connection.close()
            return False
        self._connection = connection
        return True

    def leave(self) -> None:
        """Make room for the next. May be repeated."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()
