"""Which version serves, where servers share a database: there, so that a promotion on one of them holds for all.

What the files in the folder of versions say is taken over once, when the tables are empty.
"""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from hwr_core.db.cursor import Cursor
from hwr_core.db.engines import open_store
from hwr_core.db.store import CHANNEL, MODELS, Store
from hwr_core.errors import ModelUnavailable, StoreError
from hwr_core.registry.opening import registry_in
from hwr_core.registry.pointers import RETIRED, Change, FilePointers, Line, Pointers, copy_pointers
from hwr_core.registry.registry import Registry
from hwr_core.settings import SHIPPED, Settings

log = logging.getLogger(__name__)

FRESH = 0.8
"""Seconds for which what was read is believed: the longest that a promotion elsewhere goes unnoticed without a word."""

PATIENCE = 1.0
"""Seconds that whoever asks which version serves waits for a busy database."""


def open_registry(settings: Settings, store: Store | None = None) -> Registry:
    """Return the registry of these settings: its pointers are in the database where servers share one.

    Raises NotInstalled, and what `open_storage` raises.
    """
    if settings.database_url is None:
        return registry_in(settings.models_dir, settings.storage_url, SHIPPED)
    shared = store or open_store(settings)
    return registry_in(settings.models_dir, settings.storage_url, SHIPPED, lambda files: StoredPointers(shared, files))


@dataclass(frozen=True, slots=True)
class _Seen:
    """What the table of aliases said, and when, by our clock."""

    at: float
    aliases: dict[str, str]
    retired: frozenset[str]


class StoredPointers(Pointers):
    """Aliases and log in the tables of a shared store. While it cannot be reached, what was read last holds."""

    def __init__(self, store: Store, files: FilePointers, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._files = files
        self._clock = clock
        self._lock = Lock()
        self._seen: _Seen | None = None
        self._stale = False

    def get(self, alias: str) -> str | None:
        """See `Pointers`."""
        return self._current().aliases.get(alias)

    def is_retired(self, version: str) -> bool:
        """See `Pointers`."""
        return version in self._current().retired

    def retired(self) -> list[str]:
        """See `Pointers`."""
        return sorted(self._current().retired)

    def lines(self) -> list[Line]:
        """See `Pointers`."""
        try:
            with self._store.session() as cursor:
                rows = cursor.execute("select line from promotions order by id desc").fetchall()
        except StoreError as error:
            raise ModelUnavailable(f"The log of promotions cannot be read: {error}") from error
        return [json.loads(line) for (line,) in rows]

    @contextmanager
    def changing(self) -> Iterator[Change]:
        """See `Pointers`: all of it is one transaction, and no other server changes anything meanwhile."""
        self._current()  # what the files say is taken over before
        try:
            with self._store.writing() as cursor:
                self._seen = self._read(cursor)
                yield _StoredChange(cursor)
                said = {"from": "", "words": [[MODELS, []]]}
                cursor.execute("select pg_notify($1, $2)", [CHANNEL, json.dumps(said)])
        except StoreError as error:
            raise ModelUnavailable(f"Which version serves cannot be changed at present: {error}") from error
        finally:
            self.refresh()

    def refresh(self) -> None:
        """See `Pointers`."""
        self._stale = True

    def _current(self) -> _Seen:
        seen = self._seen
        if seen is not None and not self._stale and self._clock() - seen.at < FRESH:
            return seen
        with self._lock:
            if self._seen is not seen and self._seen is not None and not self._stale:
                return self._seen  # another thread has just looked
            self._stale = False
            try:
                self._seen = self._look()
            except StoreError as error:
                if seen is None:
                    raise ModelUnavailable(f"Which version serves cannot be read: {error}") from error
                log.warning("Which version serves cannot be read; the last one goes on: %s", error)
                self._seen = _Seen(self._clock(), seen.aliases, seen.retired)
            return self._seen

    def _look(self) -> _Seen:
        with self._store.session(patience=PATIENCE) as cursor:
            found = self._read(cursor)
        return found if found.aliases or found.retired else self._taken_over()

    def _taken_over(self) -> _Seen:
        """What the files say, written into tables that are still empty."""
        with self._store.writing() as cursor:
            if cursor.execute("select 1 from promotions limit 1").fetchone() is None:
                found = self._read(cursor)
                if not (found.aliases or found.retired):
                    copy_pointers(self._files, _StoredChange(cursor))
            return self._read(cursor)

    def _read(self, cursor: Cursor) -> _Seen:
        rows = cursor.execute("select alias, version from model_aliases").fetchall()
        return _Seen(
            self._clock(),
            {alias: version for alias, version in rows if alias != RETIRED},
            frozenset(version for alias, version in rows if alias == RETIRED),
        )


class _StoredChange(Change):
    def __init__(self, cursor: Cursor) -> None:
        self._cursor = cursor

    def log(self, line: Line) -> None:
        self._cursor.execute(
            "insert into promotions (id, line) values (nextval('promotion_ids'), $1)", [json.dumps(dict(line))]
        )

    def point(self, alias: str, version: str | None) -> None:
        self._cursor.execute("delete from model_aliases where alias = $1", [alias])
        if version is not None:
            self._cursor.execute("insert into model_aliases (alias, version) values ($1, $2)", [alias, version])

    def retire(self, version: str, *, retired: bool) -> None:
        self._cursor.execute("delete from model_aliases where alias = $1 and version = $2", [RETIRED, version])
        if retired:
            self._cursor.execute("insert into model_aliases (alias, version) values ($1, $2)", [RETIRED, version])
