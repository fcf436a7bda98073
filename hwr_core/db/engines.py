"""Which engine keeps a history: a DuckDB file in the data folder, or PostgreSQL where HWR_DATABASE_URL is set."""

from typing import TYPE_CHECKING

from hwr_core.db.file_store import FileStore
from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue, NotInstalled
from hwr_core.settings import Settings

if TYPE_CHECKING:  # psycopg is of an extra, and costs 50 ms
    from hwr_core.db.server_link import ServerLink
    from hwr_core.db.server_place import DatabasePlace

_NEEDS = "HWR_DATABASE_URL needs psycopg"


def open_store(settings: Settings) -> Store:
    """Return the store of these settings. It opens nothing yet. Raises NotInstalled."""
    url = settings.database_url
    if url is None:
        return FileStore(
            settings.database, busy_timeout=settings.store_busy_timeout, idle_release=settings.store_idle_release
        )
    return server_store(url.get_secret_value(), settings)


def server_store(url: str, settings: Settings) -> Store:
    """Return the store on a PostgreSQL server. Raises NotInstalled."""
    try:
        from hwr_core.db.server_store import ServerStore  # noqa: PLC0415  see above
    except ImportError as error:
        raise NotInstalled(_NEEDS, "postgres") from error
    return ServerStore(url, busy_timeout=settings.store_busy_timeout)


def database_place(settings: Settings) -> "DatabasePlace | None":
    """Return what takes the database for one process alone; None for a DuckDB file, which has its own lock."""
    if settings.database_url is None:
        return None
    try:
        from hwr_core.db.server_place import DatabasePlace  # noqa: PLC0415  see above
    except ImportError as error:
        raise NotInstalled(_NEEDS, "postgres") from error
    return DatabasePlace(settings.database_url.get_secret_value())


def server_link(settings: Settings) -> "ServerLink | None":
    """Return the link to the other servers of the database; None for a DuckDB file, which has one server."""
    if settings.database_url is None:
        return None
    try:
        from hwr_core.db.server_link import ServerLink  # noqa: PLC0415  see above
    except ImportError as error:
        raise NotInstalled(_NEEDS, "postgres") from error
    return ServerLink(settings.database_url.get_secret_value())


def refuse_server(settings: Settings, what: str, instead: str) -> None:
    """Refuse what works on a file of DuckDB only. Raises InvalidValue, which says what to do instead."""
    if settings.database_url is not None:
        raise InvalidValue(
            f"{what} works on the DuckDB file in the data folder, but HWR_DATABASE_URL is set: the history is in "
            f"PostgreSQL. {instead}"
        )
