"""Today against the usual: how much is read, and how much of it unsurely, by the day as people live it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median

from hwr_core.analytics.periods import QUARTER, start_of_today
from hwr_core.db.store import Store
from hwr_core.recognition.types import Verdict
from hwr_core.statistics import wilson

DAYS = 28
"""What is usual is told by so many days before today."""

FEWEST_DAYS = 3
"""With fewer days of history nothing is usual yet."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day's predictions: `by_now` those until the present time of day, `doubtful` the unsure and the refused."""

    start: datetime
    predictions: int
    by_now: int
    doubtful: int


@dataclass(frozen=True, slots=True)
class Today:
    """Today's predictions beside the days before: `days` from the oldest to today, none before the first prediction."""

    days: tuple[Day, ...]

    @property
    def today(self) -> Day:
        """The present day, until now."""
        return self.days[-1]

    @property
    def usual(self) -> float | None:
        """How many predictions a day has by this time: the median of the days before; None while there are too few."""
        before = self.days[:-1]
        return median(day.by_now for day in before) if len(before) >= FEWEST_DAYS else None

    @property
    def doubtful(self) -> float | None:
        """Share of today's predictions that are unsure or refused; None without predictions."""
        return _share([self.today])

    @property
    def usually_doubtful(self) -> float | None:
        """The same of the days before; None while there are too few."""
        return _share(self.days[:-1]) if len(self.days) > FEWEST_DAYS else None

    @property
    def is_unusually_doubtful(self) -> bool:
        """Whether more or less of today's predictions is doubtful than usually, beyond chance: with 95 % certainty."""
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
    # From noon to noon, since a day is 23 or 25 hours long where clocks change.
    noon = start_of_today(timezone, now) + timedelta(hours=12)
    starts = [start_of_today(timezone, noon - timedelta(days=ago)) for ago in range(DAYS, -1, -1)]
    quarters = _quarters(store, starts[0], now)
    ends = [*starts[1:], now]
    elapsed = now - starts[-1]
    days = [_day(start, end, start + elapsed, quarters) for start, end in zip(starts, ends, strict=True)]
    first = next((place for place, day in enumerate(days) if day.predictions), DAYS)
    return Today(tuple(days[first:]))


def _quarters(store: Store, since: datetime, until: datetime) -> list[tuple[datetime, int, int]]:
    """Of each quarter of an hour with predictions its start, and how many there are and are doubtful."""
    sure = Verdict.DIGIT.value
    with store.session() as cursor:
        rows = cursor.execute(
            """
            select floor(extract(epoch from created_at) / $4) as quarter, count(*), count(*) filter (verdict <> $3)
            from predictions
            where created_at >= $1 and created_at <= $2
            group by quarter
            """,
            [since, until, sure, QUARTER],
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
