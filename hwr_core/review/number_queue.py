"""Queues of numbers to be judged: those that nobody has judged yet, and those whose label is doubted."""

from dataclasses import dataclass
from enum import StrEnum

from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue
from hwr_core.records.number_rows import NumberRecord
from hwr_core.records.numbers import Numbers


class NumberOrder(StrEnum):
    """Why numbers are to be judged, and in what order."""

    LEAST_SURE = "least_sure"
    BROKEN = "broken"
    ACCEPTED = "accepted"
    DOUBTED = "doubted"


@dataclass(frozen=True, slots=True)
class _Queue:
    condition: str
    order: str


_QUEUES = {
    NumberOrder.LEAST_SURE: _Queue("labelled_at is null and not accepted", "confidence, id"),
    NumberOrder.BROKEN: _Queue("labelled_at is null and fits = false", "confidence desc, id"),
    # The hash of an id is as good as chance, and stays the same from one look to the next.
    NumberOrder.ACCEPTED: _Queue("labelled_at is null and accepted", "md5(id::text)"),
    # Once somebody has said it again, it is no longer doubted.
    NumberOrder.DOUBTED: _Queue(
        "text <> actual_text and (select count(*) from number_feedback f where f.number_id = numbers.id) = 1",
        "confidence desc, id",
    ),
}


class NumberQueue:
    """The queues of numbers: least sure; breaking their pattern; a random sample of accepted ones; doubted labels.

    Whoever judges accepted ones learns whether as few are wrong as was promised. A label is doubted that one user gave
    once, against the reading: the surer that was, the sooner it comes. Safe to use from many threads.
    """

    def __init__(self, store: Store, numbers: Numbers, *, max_page: int) -> None:
        self._store = store
        self._numbers = numbers
        self._max_page = max_page

    def page(self, order: NumberOrder, *, limit: int = 50) -> list[NumberRecord]:
        """Return the first numbers of a queue; at most the setting `max_page`.

        Raises:
            InvalidValue: `limit` is less than 1.
            StoreError: the history cannot be read at present.
        """
        if limit < 1:
            raise InvalidValue(f"limit is {limit}; 1 or more is allowed.")
        queue = _QUEUES[order]
        with self._store.session() as cursor:
            rows = cursor.execute(
                f"select id from numbers where {queue.condition} "  # noqa: S608  ours
                f"order by {queue.order} limit $1",
                [min(limit, self._max_page)],
            ).fetchall()
        return self._numbers.several([number_id for (number_id,) in rows])

    def count(self, order: NumberOrder) -> int:
        """Return how many numbers are in a queue. Raises StoreError."""
        with self._store.session() as cursor:
            [(count,)] = cursor.execute(
                f"select count(*) from numbers where {_QUEUES[order].condition}"  # noqa: S608  ours
            ).fetchall()
        number: int = count
        return number
