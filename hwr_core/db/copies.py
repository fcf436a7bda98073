"""The database file as a whole: copied while nobody writes, and checked before it is trusted."""

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from hwr_core.db.cursor import Cursor
from hwr_core.db.errors import busy, file_failures_translated, is_lock_conflict, unavailable
from hwr_core.db.file_lock import opening_lock
from hwr_core.db.migrations import MIGRATIONS, migrate
from hwr_core.errors import StoreUnavailable

SCHEMA: tuple[str, ...] = tuple(migration.__name__ for migration in MIGRATIONS)
"""The names of all migrations that this version knows, in order."""

PATIENCE, POLL = 5.0, 0.05

# A file from elsewhere may contain views and functions of its own: they can reach no other file and no network.
_CONFINED: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,
    "memory_limit": "1GB",
    "enable_external_access": False,
    "python_enable_replacements": False,
}


@dataclass(frozen=True, slots=True)
class Contents:
    """What a database file contains: rows per table, and the names of the image files that they refer to."""

    users: int
    predictions: int
    feedback: int
    jobs: int
    numbers: int
    uploads: frozenset[str]


def copy_file(database: Path, target: Path) -> None:
    """Copy a closed database file, as `Store.resting` yields it, and its write-ahead log where there is one."""
    for ending in ("", ".wal"):
        source = database.with_name(database.name + ending)
        if source.exists():
            shutil.copyfile(source, target.with_name(target.name + ending))


def migrate_and_count(database: Path) -> Contents:
    """Migrate a database file and return what it contains.

    Raises:
        StoreUnavailable: it is not a database, was written by a newer hwr, or has other tables than a history.
    """
    try:
        with file_failures_translated(), _open(database) as connection:
            connection.execute("set global timezone = 'UTC'")
            migrate(connection)
            if _shape(connection) != _shape_of_a_history():
                raise StoreUnavailable("The database has other tables than an hwr history.")
            return contents_of(connection)
    except duckdb.Error as error:
        raise unavailable(error) from error


def contents_of(cursor: Cursor) -> Contents:
    """Return what a history contains."""
    counts = [_count(cursor, f"select count(*) from {table}") for table in _COUNTED]  # noqa: S608  ours
    named = cursor.execute("select upload from used_uploads").fetchall()
    users, predictions, feedback, jobs, numbers = counts
    return Contents(users, predictions, feedback, jobs, numbers, frozenset(name for (name,) in named))


@contextmanager
def exclusive_access(database: Path) -> Iterator[None]:
    """Keep every process from opening a database meanwhile, whatever state its file is in.

    Raises:
        StoreBusy: another process has it open and did not release it in time.
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


_COUNTED = ("users", "predictions", "feedback", "jobs", "numbers")


def _open(database: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(database, config=_CONFINED)


def _holder(database: Path) -> duckdb.Error | None:
    """DuckDB's error that another process holds the file; None where nobody does, even if the file is damaged."""
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
    """Every column, view, function, sequence and index in a database, without DuckDB's own."""
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


def _count(connection: Cursor, statement: str) -> int:
    found = connection.execute(statement).fetchone()
    assert found is not None  # an aggregate always has a row
    return int(found[0])
