"""The database file as a whole: copied while nobody writes, and looked through before it is believed."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from hwr_core.db.errors import busy, file_failures_translated, is_lock_conflict, unavailable
from hwr_core.db.file_lock import opening_lock
from hwr_core.db.migrations import MIGRATIONS, migrate
from hwr_core.errors import StoreUnavailable

SCHEMA: tuple[str, ...] = tuple(migration.__name__ for migration in MIGRATIONS)
"""The names of all migrations this hwr knows, in order."""

PATIENCE, POLL = 5.0, 0.05

# A file from elsewhere may hold views and functions of its own: they reach no other file and no network.
_CONFINED: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,
    "memory_limit": "1GB",
    "enable_external_access": False,
    "python_enable_replacements": False,
}


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database file holds: rows of each table, and the names of the image files that its predictions have."""

    users: int
    predictions: int
    feedback: int
    jobs: int
    uploads: frozenset[str]


def copy_file(database: Path, target: Path) -> None:
    """Copy a file that nobody has open, as `Store.resting` yields it, with its log where there is one."""
    for ending in ("", ".wal"):
        source = database.with_name(database.name + ending)
        if source.exists():
            shutil.copyfile(source, target.with_name(target.name + ending))


def look_through(database: Path) -> Contents:
    """Bring a file's tables up to date and tell what it holds.

    Raises:
        StoreUnavailable: it is no database, is of a newer hwr, or has other tables than a history.
    """
    try:
        with file_failures_translated(), _open(database) as connection:
            connection.execute("set global timezone = 'UTC'")
            migrate(connection)
            if _shape(connection) != _shape_of_a_history():
                raise StoreUnavailable("The database holds other tables than those of a history.")
            return contents_of(connection)
    except duckdb.Error as error:
        raise unavailable(error) from error


def contents_of(cursor: duckdb.DuckDBPyConnection) -> Contents:
    """Return what the history that a cursor is of holds."""
    counts = [_count(cursor, f"select count(*) from {table}") for table in _COUNTED]  # noqa: S608  ours
    named = cursor.execute("select distinct upload from predictions where upload is not null").fetchall()
    users, predictions, feedback, jobs = counts
    return Contents(users, predictions, feedback, jobs, frozenset(name for (name,) in named))


@contextmanager
def kept_out(database: Path) -> Iterator[None]:
    """Keep every process from opening a database meanwhile, whatever state its file is in.

    Raises:
        StoreBusy: another process has it open and did not let go of it.
    """
    deadline = time.monotonic() + PATIENCE
    while True:
        with opening_lock(database, wait=True):
            holder = _holder(database)
            if holder is None:
                yield
                return
        if time.monotonic() >= deadline:
            raise busy(holder, PATIENCE, held_by_us=False) from holder
        time.sleep(POLL)


_COUNTED = ("users", "predictions", "feedback", "jobs")


def _open(database: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(database, config=_CONFINED)


def _holder(database: Path) -> duckdb.Error | None:
    """DuckDB's complaint that another process has the file open; None where nobody has, damaged or not."""
    if not database.exists():
        return None
    try:
        duckdb.connect(database, config=_CONFINED).close()
    except duckdb.Error as error:
        return error if is_lock_conflict(error) else None
    return None


def _shape_of_a_history() -> list[tuple[Any, ...]]:
    with duckdb.connect(":memory:") as connection:
        migrate(connection)
        return _shape(connection)


def _shape(connection: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    """Every column, view, function and sequence that somebody made in a database."""
    return connection.execute(
        """
        select table_name, column_name, data_type, column_default, is_nullable::text from duckdb_columns()
        where not internal and database_name = current_database()
        union all select view_name, sql, 'view', null, null from duckdb_views() where not internal
        union all select function_name, macro_definition, 'function', null, null from duckdb_functions()
        where not internal
        union all select sequence_name, null, 'sequence', null, null from duckdb_sequences()
        where database_name = current_database()
        union all select index_name, sql, 'index', null, null from duckdb_indexes()
        order by all
        """
    ).fetchall()


def _count(connection: duckdb.DuckDBPyConnection, statement: str) -> int:
    found = connection.execute(statement).fetchone()
    assert found is not None  # an aggregate always has a row
    return int(found[0])
