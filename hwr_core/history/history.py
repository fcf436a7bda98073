"""The history as people look through it: pages of kept readings, one reading, its picture file."""

from dataclasses import dataclass

import duckdb

from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue, NotFound
from hwr_core.history.filters import HistoryFilter, choose, confirm_user_of
from hwr_core.history.predictions import KeptReading, rows_by_id
from hwr_core.history.uploads import Originals
from hwr_core.history.users import fits_bigint

EVERYTHING = HistoryFilter()


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some kept readings, newest first; `next` is what to ask for as `before` to go on, None on the last page."""

    readings: tuple[KeptReading, ...]
    next: int | None


class History:
    """The kept readings of one store. Safe to use from many threads."""

    def __init__(self, store: Store, originals: Originals, *, max_page: int) -> None:
        self._store = store
        self._originals = originals
        self._max_page = max_page

    def page(self, chosen: HistoryFilter = EVERYTHING, *, limit: int = 100, before: int | None = None) -> HistoryPage:
        """Return the newest readings that a filter lets through, or those older than the reading `before`.

        Pages neither repeat nor leave out a reading while new ones arrive.

        Raises:
            InvalidValue: `limit` is not from 1 to the setting `max_page`, or `before` is no id.
            UserNotFound: the filter's user does not exist.
            StoreError: the history cannot be read at present.
        """
        if not 1 <= limit <= self._max_page:
            raise InvalidValue(f"limit is {limit}; 1 to {self._max_page} is allowed.")
        if before is not None and not fits_bigint(before):
            raise InvalidValue(f"before is {before}; the number of a reading is allowed.")
        with self._store.session() as cursor:
            confirm_user_of(cursor, chosen)
            # The ids first, by themselves: sorting whole rows with their pictures took three times as long.
            ids = _newest_ids(cursor, chosen, limit + 1, before)
            readings = rows_by_id(cursor, ids[:limit])
        return HistoryPage(tuple(readings), ids[limit - 1] if len(ids) > limit else None)

    def count(self, chosen: HistoryFilter = EVERYTHING) -> int:
        """Return how many readings a filter lets through. Raises UserNotFound and StoreError."""
        readings = choose(chosen)
        with self._store.session() as cursor:
            confirm_user_of(cursor, chosen)
            row = cursor.execute(f"select count(*) {readings.sql}", readings.conditions.values).fetchone()
        assert row is not None  # an aggregate has one row
        number: int = row[0]
        return number

    def get(self, reading_id: int) -> KeptReading:
        """Return one reading, or raise NotFound."""
        with self._store.session() as cursor:
            found = rows_by_id(cursor, [reading_id]) if fits_bigint(reading_id) else []
        if not found:
            raise NotFound(f"There is no reading {reading_id}.")
        return found[0]

    def original(self, reading_id: int) -> bytes:
        """Return the picture file of a reading as it was sent. Raises NotFound where it was not kept."""
        name = self.get(reading_id).original
        if name is None:
            raise NotFound(f"The picture file of reading {reading_id} was not kept.")
        return self._originals.get(name)

    def model_versions(self) -> list[str]:
        """Return the names of the model versions that readings in the history are by, the newest first."""
        with self._store.session() as cursor:
            rows = cursor.execute("select distinct model_version from readings order by 1 desc").fetchall()
        return [name for (name,) in rows]


def _newest_ids(cursor: duckdb.DuckDBPyConnection, chosen: HistoryFilter, limit: int, before: int | None) -> list[int]:
    readings = choose(chosen)
    if before is not None:
        readings.conditions.add("r.id < {}", before)
    most = readings.conditions.value(limit)
    rows = cursor.execute(
        f"select r.id {readings.sql} order by r.id desc limit {most}", readings.conditions.values
    ).fetchall()
    return [reading_id for (reading_id,) in rows]
