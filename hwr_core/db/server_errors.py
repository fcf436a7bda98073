"""PostgreSQL's errors as errors of hwr: what they mean, and what to do. No address and no SQL gets out."""

from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg_pool import PoolClosed, PoolTimeout

from hwr_core.errors import Conflict, HwrError, InvalidValue, StoreBusy, StoreError, StoreUnavailable

_UNREACHABLE = (
    "The database server cannot be reached. Check that it runs, and the host and port in HWR_DATABASE_URL. "
    "`hwr doctor` tries it."
)
BUSY = "The database was busy with other changes for too long; nothing of this one was saved. Try again."
_RESTARTING = "The database server is starting or stopping. Try again in a moment."
_CONNECTIONS = "The database server has no connections left. Raise its max_connections, or try again later."
_REFUSED = "The database server refuses the user or password in HWR_DATABASE_URL."
_NO_DATABASE = "There is no such database on the server. Create it (`createdb`), or correct HWR_DATABASE_URL."
_FULL = "The database server has no space left on its disk. Free some and try again."
_MEMORY = "The database server has no memory left for this. Try again later."
_READ_ONLY = "The database server takes no changes: it is a replica, or set to read only. Use the primary one."
_FORBIDDEN = (
    "The user in HWR_DATABASE_URL may not create or change the tables. Make it the owner of the database, or grant it "
    "that right."
)
_DAMAGED = "The database server reports damaged files. Restore a backup (`pg_restore`)."
_FAILED = "The database server failed; nothing of this change was saved. Its own log says why."

_TAKEN = "Something with this name or id exists already."
_UNSTORABLE = "A text holds a character that cannot be stored, such as NUL (code 0)."
_REASONS: tuple[tuple[str, type[HwrError], str], ...] = (
    ("40001", StoreBusy, BUSY),
    ("40P01", StoreBusy, BUSY),
    ("55P03", StoreBusy, BUSY),
    ("57014", StoreBusy, BUSY),
    ("57P", StoreUnavailable, _RESTARTING),
    ("08", StoreUnavailable, _UNREACHABLE),
    ("28", StoreUnavailable, _REFUSED),
    ("3D", StoreUnavailable, _NO_DATABASE),
    ("53100", StoreUnavailable, _FULL),
    ("53200", StoreUnavailable, _MEMORY),
    ("53", StoreUnavailable, _CONNECTIONS),
    ("25006", StoreUnavailable, _READ_ONLY),
    ("42501", StoreUnavailable, _FORBIDDEN),
    ("58", StoreUnavailable, _FAILED),
    ("XX001", StoreUnavailable, _DAMAGED),
    ("XX002", StoreUnavailable, _DAMAGED),
    ("23505", Conflict, _TAKEN),
    ("22021", InvalidValue, _UNSTORABLE),
)
"""By the beginning of the SQLSTATE, the first that fits. What is in none of these lines is a fault of ours."""

_WORDS = (
    ("password", _REFUSED),
    ("role", _REFUSED),
    ("pg_hba", _REFUSED),
    ("too many clients", _CONNECTIONS),
    ("connection slots", _CONNECTIONS),
    ("starting up", _RESTARTING),
    ("shutting down", _RESTARTING),
    ("does not exist", _NO_DATABASE),
)
"""A failed attempt to connect has no SQLSTATE, only text."""


def translated(error: psycopg.Error) -> HwrError | None:
    """The error of hwr for one of psycopg's; None for what should have been no error: a fault of our SQL or values."""
    if isinstance(error, PoolClosed):
        return StoreError("The history has been closed.")
    if isinstance(error, PoolTimeout):
        return StoreBusy("All connections to the database server are in use. Try again later.")
    if error.sqlstate is not None:
        return next((kind(text) for code, kind, text in _REASONS if error.sqlstate.startswith(code)), None)
    if isinstance(error, psycopg.DataError) and "NUL" in str(error):  # psycopg refuses it before PostgreSQL does
        return InvalidValue(_UNSTORABLE)
    if isinstance(error, psycopg.OperationalError):
        return StoreUnavailable(next((text for word, text in _WORDS if word in str(error)), _UNREACHABLE))
    return None


@contextmanager
def server_failures_translated() -> Iterator[None]:
    """Turn the server's failures into errors of hwr; other errors pass unchanged."""
    try:
        yield
    except psycopg.Error as error:
        found = translated(error)
        if found is None:
            raise
        raise found from error
