"""Hours, days and weeks in a time zone, with its clock changes."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from hwr_core.errors import InvalidValue


class Bucket(StrEnum):
    """The length of a period in a chart over time."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"

    @property
    def length(self) -> timedelta:
        """The length of a period without clock changes."""
        return {Bucket.HOUR: timedelta(hours=1), Bucket.DAY: timedelta(days=1), Bucket.WEEK: timedelta(weeks=1)}[self]


@cache
def _names() -> frozenset[str]:
    """The zones that Python and DuckDB both know; "localtime" is the machine's own, which DuckDB does not know."""
    return frozenset(available_timezones() - {"localtime"})


def zone(name: str) -> ZoneInfo:
    """Return a time zone by its name in the IANA database. Raises InvalidValue."""
    if name not in _names():
        raise InvalidValue(f"There is no time zone {name[:64]!r}; a name such as Europe/Berlin or UTC is allowed.")
    return ZoneInfo(name)


def start_of_today(timezone: str, now: datetime | None = None) -> datetime:
    """Return the moment, in UTC, at which today began in a time zone. Raises InvalidValue."""
    local = (now or datetime.now(UTC)).astimezone(zone(timezone))
    return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).astimezone(UTC)
