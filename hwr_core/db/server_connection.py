"""Connects to PostgreSQL: in UTC, durably, with its tables and indexes up to date."""

from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from hwr_core.db.migrations import migrate
from hwr_core.db.rollups.keeping import catch_up
from hwr_core.db.server_cursor import AnyConnection, NumericLoader, ServerCursor
from hwr_core.errors import StoreUnavailable

MIGRATING, WRITING, SERVING, LEADING = 0x687772_01, 0x687772_02, 0x687772_03, 0x687772_04
"""The advisory locks: of who brings the tables up to date, of the one writer, of all servers together, of who leads."""

# Whoever is answered finds their row after a power cut; and a machine that lost its power holds no lock for hours.
_OPTIONS = (
    "-c timezone=UTC -c synchronous_commit=on "
    "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
)
# Where packets are lost on the way, nobody waits for an answer longer than this: another server would take the jobs.
_DEFAULTS = {
    "connect_timeout": 5,
    "application_name": "hwr",
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 8000,
}

_UNREADABLE = (
    "HWR_DATABASE_URL cannot be read: characters such as % and @ in its password have to be percent-encoded, or it has "
    "an option that PostgreSQL does not know."
)

# DuckDB needs none of these: it skips row groups by their smallest and largest values.
_INDEXES = {
    "predictions_by_id": "unique index predictions_by_id on predictions (id)",
    "predictions_by_user": "index predictions_by_user on predictions (user_id, id)",
    "predictions_by_time": "index predictions_by_time on predictions (created_at)",
    "predictions_by_digit": "index predictions_by_digit on predictions (digit, id)",
    "predictions_by_upload": "index predictions_by_upload on predictions (upload) where upload is not null",
    "predictions_by_experiment": (
        "index predictions_by_experiment on predictions (experiment) where experiment is not null"
    ),
    "labels_by_prediction": "unique index labels_by_prediction on labels (prediction_id)",
    "feedback_by_prediction": "index feedback_by_prediction on feedback (prediction_id)",
    "feedback_by_user": "index feedback_by_user on feedback (user_id)",
    "numbers_by_id": "unique index numbers_by_id on numbers (id)",
    "numbers_by_user": "index numbers_by_user on numbers (user_id, id)",
    "numbers_by_upload": "index numbers_by_upload on numbers (upload) where upload is not null",
    "number_feedback_by_number": "index number_feedback_by_number on number_feedback (number_id)",
    "shadow_readings_by_prediction": "index shadow_readings_by_prediction on shadow_readings (prediction_id)",
    "jobs_by_id": "unique index jobs_by_id on jobs (id)",
    "sessions_by_token": "index sessions_by_token on sessions (token_hash)",
    "api_keys_by_hash": "index api_keys_by_hash on api_keys (key_hash)",
    "audit_by_id": "unique index audit_by_id on audit (id)",
}


def connection_options(url: str) -> dict[str, Any]:
    """What psycopg needs to connect; what the address says itself has precedence.

    Raises StoreUnavailable for an address that cannot be read.
    """
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError:
        raise StoreUnavailable(_UNREADABLE) from None  # its text has a part of the password
    options = f"{given.get('options') or ''} {_OPTIONS}".strip()
    return _DEFAULTS | given | {"options": options}


def prepare(connection: AnyConnection) -> None:
    """Make a new connection hand out numbers as DuckDB does."""
    connection.adapters.register_loader("numeric", NumericLoader)


def connect(url: str) -> AnyConnection:
    """Open a connection of its own. Raises psycopg.Error, and what `connection_options` raises."""
    connection: AnyConnection = psycopg.connect(autocommit=True, **connection_options(url))
    prepare(connection)
    return connection


def bring_up_to_date(url: str, seconds: float) -> None:
    """Apply missing migrations and indexes, one process at a time; wait at most so many seconds for another.

    Raises StoreUnavailable for a database of a newer hwr, and psycopg.Error.
    """
    with connect(url) as connection:
        cursor = ServerCursor(connection)
        cursor.execute(f"set lock_timeout = {timeout(seconds)}")
        cursor.execute("select pg_advisory_lock($1)", [MIGRATING])  # freed with the connection
        migrate(cursor)
        indexes = cursor.execute("select indexname from pg_indexes where schemaname = current_schema()").fetchall()
        there = {name for (name,) in indexes}
        for name, index in _INDEXES.items():
            if name not in there:
                cursor.execute(f"create {index}")

        def begin() -> None:
            cursor.execute("begin")  # read committed: it has to see what was committed while it waited for the lock
            cursor.execute("select pg_advisory_xact_lock($1)", [WRITING])

        catch_up(cursor, begin)


def timeout(seconds: float) -> str:
    """SQL: a number of seconds as PostgreSQL's settings take it. 0 would mean for ever."""
    return f"'{max(1, round(seconds * 1000))}ms'"
