"""How long readings and picture files are kept: what `hwr prune` takes away."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import duckdb

from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue
from hwr_core.history.erasure import erase_readings
from hwr_core.history.uploads import Originals

MAX_DAYS = 36_500


@dataclass(frozen=True, slots=True)
class Retention:
    """For how many days readings, and the picture files of readings, are kept; None keeps them for ever."""

    readings: int | None
    originals: int | None

    def __post_init__(self) -> None:
        """Refuse a number of days that no calendar holds."""
        for days in (self.readings, self.originals):
            if days is not None and not 0 <= days <= MAX_DAYS:
                raise InvalidValue(f"{days} days is not a time to keep things; 0 to {MAX_DAYS:,} days is allowed.")


@dataclass(frozen=True, slots=True)
class Pruned:
    """What was taken away, or would be: readings, picture files, and the bytes of these files."""

    readings: int
    originals: int
    bytes: int


def prune(store: Store, originals: Originals, retention: Retention, *, dry_run: bool = False) -> Pruned:
    """Erase readings past their time with all that was said of them, and picture files that no reading needs any more.

    Pictures that somebody has labelled stay as long as their readings: models learn from them. Files that an
    interrupted write left behind go too. With `dry_run` nothing is taken away. Raises StoreError.
    """
    now = datetime.now(UTC)
    with store.writing() as cursor:
        if retention.readings is None:
            erased = 0
        else:
            erased = erase_readings(cursor, "created_at < $1", [now - timedelta(days=retention.readings)]).readings
        if retention.originals is not None:
            _forget_originals(cursor, now - timedelta(days=retention.originals))
        unused = set(originals.names()) - _used(cursor)
        freed = sum(originals.size(name) for name in unused)
        if dry_run:
            cursor.rollback()
            cursor.begin()  # the session commits at its end, now nothing
        else:
            originals.remove_unfinished()
    if not dry_run:
        originals.remove_unused(store, unused)
    return Pruned(erased, len(unused), freed)


def _forget_originals(cursor: duckdb.DuckDBPyConnection, until: datetime) -> None:
    cursor.execute(
        """
        update readings
        set original = null
        where created_at < $1
            and original is not null
            and id not in (select reading_id from labels)
        """,
        [until],
    )


def _used(cursor: duckdb.DuckDBPyConnection) -> set[str]:
    rows = cursor.execute("select distinct original from readings where original is not null").fetchall()
    return {name for (name,) in rows}
