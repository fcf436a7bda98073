"""The history as users see it: pages of stored predictions, one prediction, its image file."""

from collections.abc import Sequence
from dataclasses import dataclass

from hwr_core.db.cursor import Cursor
from hwr_core.db.rollups.tables import BY_DAY, BY_USER
from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue, NotFound
from hwr_core.records.counts import counts
from hwr_core.records.filters import HistoryFilter, confirm_user_of, select
from hwr_core.records.predictions import PredictionRecord, rows_by_id
from hwr_core.records.uploads import Uploads
from hwr_core.records.users import fits_bigint

EVERYTHING = HistoryFilter()


@dataclass(frozen=True, slots=True)
class HistoryPage:
    """Some stored predictions, newest first; `next` is the `before` of the next page, None on the last one."""

    predictions: tuple[PredictionRecord, ...]
    next: int | None


class History:
    """The stored predictions. Safe to use from many threads."""

    def __init__(self, store: Store, uploads: Uploads, *, max_page: int) -> None:
        self._store = store
        self._uploads = uploads
        self._max_page = max_page

    def page(self, chosen: HistoryFilter = EVERYTHING, *, limit: int = 100, before: int | None = None) -> HistoryPage:
        """Return the newest predictions that match a filter, or those older than the prediction `before`.

        No prediction is repeated or left out between pages while new ones arrive. There are never more than the setting
        `max_page` on one.

        Raises:
            InvalidValue: `limit` is less than 1, or `before` is no id.
            UserNotFound: the filter's user does not exist.
            StoreError: the history cannot be read at present.
        """
        if limit < 1:
            raise InvalidValue(f"limit is {limit}; 1 or more is allowed.")
        limit = min(limit, self._max_page)
        if before is not None and not fits_bigint(before):
            raise InvalidValue(f"before is {before}; the id of a prediction is allowed.")
        with self._store.session() as cursor:
            confirm_user_of(cursor, chosen)
            # The ids alone first: sorting whole rows with their images took three times as long.
            ids = _newest_ids(cursor, chosen, limit + 1, before)
            predictions = rows_by_id(cursor, ids[:limit])
        return HistoryPage(tuple(predictions), ids[limit - 1] if len(ids) > limit else None)

    def count(self, chosen: HistoryFilter = EVERYTHING) -> int:
        """Return how many predictions match a filter. Raises UserNotFound and StoreError."""
        with self._store.session() as cursor:
            confirm_user_of(cursor, chosen)
            predictions = counts(cursor, chosen, BY_DAY, BY_USER)
            row = cursor.execute(
                f"select coalesce(sum(c.predictions), 0)::bigint {predictions.sql}", predictions.conditions.values
            ).fetchone()
        assert row is not None  # an aggregate has one row
        number: int = row[0]
        return number

    def get(self, prediction_id: int) -> PredictionRecord:
        """Return one prediction, or raise NotFound."""
        with self._store.session() as cursor:
            found = rows_by_id(cursor, [prediction_id]) if fits_bigint(prediction_id) else []
        if not found:
            raise NotFound(f"There is no prediction {prediction_id}.")
        return found[0]

    def some(self, prediction_ids: Sequence[int]) -> list[PredictionRecord]:
        """Return predictions by their ids, in this order, without those that do not exist or exist no more."""
        with self._store.session() as cursor:
            found = {
                each.id: each for each in rows_by_id(cursor, [each for each in prediction_ids if fits_bigint(each)])
            }
        return [found[each] for each in prediction_ids if each in found]

    def upload(self, prediction_id: int) -> bytes:
        """Return the uploaded image file of a prediction. Raises NotFound where it was not kept."""
        name = self.get(prediction_id).upload
        if name is None:
            raise NotFound(f"The image file of prediction {prediction_id} was not kept.")
        return self._uploads.get(name)

    def model_versions(self) -> list[str]:
        """Return the names of the model versions that made predictions in the history, newest first."""
        with self._store.session() as cursor:
            predictions = counts(cursor, EVERYTHING, BY_DAY)
            rows = cursor.execute(
                f"select c.model_version {predictions.sql} group by 1 having sum(c.predictions) > 0 order by 1 desc",
                predictions.conditions.values,
            ).fetchall()
        return [name for (name,) in rows]


def _newest_ids(cursor: Cursor, chosen: HistoryFilter, limit: int, before: int | None) -> list[int]:
    predictions = select(chosen)
    if before is not None:
        predictions.conditions.add("p.id < {}", before)
    most = predictions.conditions.value(limit)
    rows = cursor.execute(
        f"select p.id {predictions.sql} order by p.id desc limit {most}", predictions.conditions.values
    ).fetchall()
    return [prediction_id for (prediction_id,) in rows]
