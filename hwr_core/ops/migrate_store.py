"""hwr migrate-store: a history from its DuckDB file into PostgreSQL, or back."""

from contextlib import closing
from enum import StrEnum
from pathlib import Path

from hwr_core.app.server_lock import SoleServer
from hwr_core.db.engines import open_store
from hwr_core.db.file_store import FileStore
from hwr_core.db.moving import IN_FILES, Moved, move
from hwr_core.db.store import Store
from hwr_core.errors import Conflict, InvalidValue
from hwr_core.evaluation.stored_pointers import open_registry
from hwr_core.files import remove_dead, work_folder
from hwr_core.registry.pointers import copy_pointers
from hwr_core.registry.registry import Registry
from hwr_core.settings import SHIPPED, Settings


class Engine(StrEnum):
    """Where a history may be kept."""

    DUCKDB = "duckdb"
    POSTGRESQL = "postgresql"


def migrate_store(settings: Settings, to: Engine) -> Moved:
    """Copy the history from one engine into the other, which has to be empty; the source stays as it is.

    Killed half-way it has changed nothing: the target is committed at the end, when all rows are counted and compared.

    Raises:
        InvalidValue: HWR_DATABASE_URL is not set, or there is no DuckDB file to move.
        Conflict: a server is running, or the target has a history.
        StoreError: either cannot be opened, or what arrived is not what was sent.
    """
    if settings.database_url is None:
        raise InvalidValue("HWR_DATABASE_URL is not set: it names the PostgreSQL database to move into, or out of.")
    if to is Engine.POSTGRESQL and not settings.database.exists():
        raise InvalidValue(f"There is no DuckDB file to move: {settings.database.name} is not in the data folder.")
    if to is Engine.DUCKDB and settings.database.exists():
        raise Conflict(f"The data folder has a DuckDB file already. Move {settings.database.name} away first.")
    place = SoleServer(settings)
    place.take(patience=0)
    try:
        with closing(open_store(settings)) as server:
            return _into(server, settings) if to is Engine.POSTGRESQL else _out_of(server, settings)
    finally:
        place.leave()


def _into(server: Store, settings: Settings) -> Moved:
    """Which version serves needs no move: it is taken over from its files when it is first asked for."""
    with closing(_file(settings, settings.database)) as file, file.session() as read, server.writing() as write:
        for table in IN_FILES:  # a server that was tried before may have taken over what is no longer so
            write.execute(f"delete from {table}")  # noqa: S608  a name of ours
        return move(read, write)


def _out_of(server: Store, settings: Settings) -> Moved:
    """Make the file aside, and put it in place when it is whole: image files of its predictions are there already."""
    remove_dead(settings.unfinished)
    with work_folder(settings.unfinished, "migrate-store") as aside:
        database = aside / settings.database.name
        with (
            closing(_file(settings, database)) as file,
            server.writing() as read,  # nobody stores what would be left behind
            file.writing() as write,
        ):
            moved = move(read, write)
            if settings.database.exists():
                raise Conflict(f"{settings.database.name} was made in the data folder meanwhile. Move it away first.")
        _write_pointers(server, settings)
        database.replace(settings.database)
        return moved


def _write_pointers(server: Store, settings: Settings) -> None:
    """Let the files in the folder of versions say which one serves, as the database does."""
    files = Registry(settings.models_dir, SHIPPED).pointers
    stored = open_registry(settings, server).pointers
    known = len(files.lines())
    with files.changing() as change:
        copy_pointers(stored, change, known=known)
        for version in set(files.retired()) - set(stored.retired()):
            change.retire(version, retired=False)


def _file(settings: Settings, database: Path) -> Store:
    return FileStore(database, busy_timeout=settings.store_busy_timeout, idle_release=settings.store_idle_release)
