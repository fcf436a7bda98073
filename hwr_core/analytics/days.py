"""Today compared with usual days in a time zone: how many predictions, and how many of them doubtful."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

from hwr_core.analytics.periods import start_of_today
from hwr_core.db.rollups.tables import BY_QUARTER, QUARTER
from hwr_core.db.store import Store
from hwr_core.records.counts import counts
from hwr_core.records.filters import HistoryFilter
from hwr_core.statistics import wilson

DAYS = 28
"""The number of days before today that say what is usual."""

FEWEST_DAYS = 3
"""With fewer days of history nothing is called usual."""


_INCLUSIVE = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Day:
    """The predictions of one day: `by_now` until the present time of day, `doubtful` those unsure or rejected."""

    start: datetime
    predictions: int
    by_now: int
    doubtful: int


@dataclass(frozen=True, slots=True)
class Today:
    """Today and the days before: `days` from the oldest to today, without those before the first prediction."""

    days: tuple[Day, ...]

    @property
    def today(self) -> Day:
        """The present day so far."""
        return self.days[-1]

    @property
    def usual(self) -> float | None:
        """The usual number of predictions by this time: the median of the days before; None while there are too few."""
        before = self.days[:-1]
        return median(day.by_now for day in before) if len(before) >= FEWEST_DAYS else None

    @property
    def doubtful(self) -> float | None:
        """The share of today's predictions that are unsure or rejected; None without predictions."""
        return _share([self.today])

    @property
    def usually_doubtful(self) -> float | None:
        """The same of the days before; None while there are too few."""
        return _share(self.days[:-1]) if len(self.days) > FEWEST_DAYS else None

    @property
    def is_unusually_doubtful(self) -> bool:
        """Whether the share of doubtful predictions today differs from the usual one, with 95 % confidence."""
        if self.usually_doubtful is None or not self.today.predictions:
            return False
        low, high = wilson(self.today.doubtful, self.today.predictions)
        return not low <= self.usually_doubtful <= high


def today_and_before(store: Store, *, timezone: str = "UTC", now: datetime | None = None) -> Today:
    """Return today and up to 28 days before it in a time zone.

    Raises:
        InvalidValue: there is no such time zone.
        StoreError: the history cannot be read at present.
    """
    now = now or datetime.now(UTC)
    # From noon to noon, since a day has 23 or 25 hours where clocks change.
    noon = start_of_today(timezone, now) + timedelta(hours=12)
    starts = [start_of_today(timezone, noon - timedelta(days=ago)) for ago in range(DAYS, -1, -1)]
    quarters = _quarters(store, starts[0], now)
    ends = [*starts[1:], now]
    elapsed = now - starts[-1]
    days = [_day(start, end, start + elapsed, quarters) for start, end in zip(starts, ends, strict=True)]
    first = next((place for place, day in enumerate(days) if day.predictions), DAYS)
    return Today(tuple(days[first:]))


def _quarters(store: Store, since: datetime, until: datetime) -> list[tuple[datetime, int, int]]:
    """The start of each quarter of an hour with predictions, their number, and the number of doubtful ones."""
    with store.session() as cursor:
        predictions = counts(cursor, HistoryFilter(since=since, until=until + _INCLUSIVE), BY_QUARTER)
        rows = cursor.execute(
            "select c.quarter, sum(c.predictions)::bigint, sum(c.doubtful)::bigint "
            f"{predictions.sql} group by 1 having sum(c.predictions) > 0",
            predictions.conditions.values,
        ).fetchall()
    return [(datetime.fromtimestamp(quarter * QUARTER, UTC), count, doubtful) for quarter, count, doubtful in rows]


def _day(start: datetime, end: datetime, by: datetime, quarters: Sequence[tuple[datetime, int, int]]) -> Day:
    inside = [(moment, count, doubtful) for moment, count, doubtful in quarters if start <= moment < end]
    return Day(
        start,
        predictions=sum(count for _, count, _ in inside),
        by_now=sum(count for moment, count, _ in inside if moment <= by),
        doubtful=sum(doubtful for _, _, doubtful in inside),
    )


def _share(days: Sequence[Day]) -> float | None:
    predictions = sum(day.predictions for day in days)
    return sum(day.doubtful for day in days) / predictions if predictions else None
