"""Opens the DuckDB file: one process at a time, its tables up to date."""

from pathlib import Path

import duckdb

from hwr_core.db.errors import is_lock_conflict
from hwr_core.db.file_lock import opening_lock, unfinished_restore
from hwr_core.db.migrations import migrate
from hwr_core.db.rollups.keeping import catch_up
from hwr_core.errors import StoreUnavailable
from hwr_core.settings import UPLOADS

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,  # for groups of small rows and aggregates; the other cores are for recognition
    "memory_limit": "1GB",  # the default is 80 % of the machine, which recognition and training share
    "autoload_known_extensions": False,  # DuckDB would download extensions at run time
    "autoinstall_known_extensions": False,
    "python_enable_replacements": False,  # a mistyped table name must not mean a Python variable
}


def open_connection(database: Path, *, was_held: bool) -> duckdb.DuckDBPyConnection | None:
    """Open the file, creating it and its folder where missing, and apply migrations.

    None while another process is opening or closing it.
    """
    database.parent.mkdir(parents=True, exist_ok=True)
    with opening_lock(database, wait=False) as is_free:
        if not is_free:
            return None
        if unfinished_restore(database.parent).exists():
            raise StoreUnavailable("A restore was interrupted. Run `hwr restore --finish` to complete it.")
        if was_held:
            _reread_header(database)
        _begin_anew(database)
        connection = duckdb.connect(database, config=_CONFIG)
        try:
            connection.execute("set global timezone = 'UTC'")
            migrate(connection)
            catch_up(connection, connection.begin)
        except BaseException:
            connection.close()
            raise
        return connection


def _begin_anew(database: Path) -> None:
    """Let a missing file be made, but not where there are image files of a history that has got lost.

    A process that is killed while it creates the file leaves an empty one, which DuckDB refuses.
    """
    is_empty = database.is_file() and database.stat().st_size == 0
    if database.exists() and not is_empty:
        return
    if any((database.parent / UPLOADS).glob("??/*")):
        raise StoreUnavailable(
            f"The history's file {database.name} is {'empty' if is_empty else 'missing'}, but there are image files of "
            f"its predictions. Put it back, or restore a backup; to begin anew, move the folder {UPLOADS} away."
        )
    database.unlink(missing_ok=True)


def _reread_header(database: Path) -> None:
    """Open and close the file without a change: its last holder may not know the opening lock, like DuckDB's own shell.

    If it closed the file while we opened it, our header is stale; the next opening reads a fresh one.
    """
    try:
        duckdb.connect(database, config=_CONFIG).close()
    except duckdb.Error as error:
        if is_lock_conflict(error):
            raise
        # A stale header may look like damage. Real damage shows again at once, when the file is opened for use.
