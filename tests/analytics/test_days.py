"""Today compared with the days before it."""

from datetime import UTC, datetime, timedelta

import pytest

from hwr_core.analytics.days import DAYS, today_and_before
from hwr_core.errors import InvalidValue
from hwr_core.recognition.types import Verdict

NOW = datetime(2026, 6, 24, 12, 7, tzinfo=UTC)


@pytest.fixture
def fill(record, new_prediction):
    """Store a number of predictions of each verdict at a moment."""

    def fill(moment, sure=0, unsure=0, refused=0):
        verdicts = {Verdict.DIGIT: sure, Verdict.UNSURE: unsure, Verdict.NOT_A_DIGIT: refused}
        record(*(new_prediction(verdict=v, created_at=moment) for v, count in verdicts.items() for _ in range(count)))

    return fill


def test_an_empty_history_has_a_today_without_predictions(store):
    """Without predictions nothing is usual."""
    found = today_and_before(store, now=NOW)
    assert (len(found.days), found.today.predictions) == (1, 0)
    assert (found.usual, found.doubtful, found.usually_doubtful) == (None, None, None)


def test_the_usual_is_the_median_by_the_same_time_of_day(store, fill):
    """What came later on the days before does not count yet; a day without predictions counts as one without."""
    for ago, count in ((4, 2), (3, 6), (1, 4)):
        fill(NOW - timedelta(days=ago, hours=1), sure=count)
        fill(NOW - timedelta(days=ago) + timedelta(hours=2), sure=50)
    fill(NOW - timedelta(minutes=30), sure=5)
    found = today_and_before(store, now=NOW)
    assert [day.by_now for day in found.days] == [2, 6, 0, 4, 5]
    assert [day.predictions for day in found.days] == [52, 56, 0, 54, 5]
    assert found.usual == 3


def test_too_few_days_are_no_usual(store, fill):
    """Two days before today are too few."""
    for ago in (2, 1, 0):
        fill(NOW - timedelta(days=ago, hours=1), sure=3)
    assert today_and_before(store, now=NOW).usual is None


def test_the_doubtful_are_the_unsure_and_the_refused(store, fill):
    """As a share of today's predictions, beside that of all days before together."""
    for ago in (3, 2, 1):
        fill(NOW - timedelta(days=ago), sure=9, unsure=1)
    fill(NOW - timedelta(hours=1), sure=2, unsure=1, refused=1)
    found = today_and_before(store, now=NOW)
    assert (found.doubtful, found.usually_doubtful) == (0.5, pytest.approx(0.1))


def test_a_few_doubtful_predictions_are_chance(store, fill):
    """No prediction, or one unsure of two, is nothing unusual; thirty of sixty are."""
    for ago in (3, 2, 1):
        fill(NOW - timedelta(days=ago), sure=90, unsure=10)
    assert not today_and_before(store, now=NOW).is_unusually_doubtful
    fill(NOW - timedelta(hours=1), sure=1, unsure=1)
    assert not today_and_before(store, now=NOW).is_unusually_doubtful
    fill(NOW - timedelta(hours=1), sure=29, unsure=29)
    assert today_and_before(store, now=NOW).is_unusually_doubtful


def test_a_day_begins_where_users_live(store, fill):
    """Half past 23 UTC in winter is today in Berlin and still yesterday in London."""
    fill(datetime(2026, 1, 14, 23, 30, tzinfo=UTC), sure=1)
    now = datetime(2026, 1, 15, 12, tzinfo=UTC)
    assert today_and_before(store, timezone="Europe/Berlin", now=now).today.predictions == 1
    assert today_and_before(store, timezone="Europe/London", now=now).today.predictions == 0


def test_days_of_23_hours_are_told_apart(store, fill):
    """Where the clock was changed a day is a day, and none is left out or counted twice."""
    for day in (28, 29, 30):
        fill(datetime(2026, 3, day, 10, tzinfo=UTC), sure=day)
    found = today_and_before(store, timezone="Europe/Berlin", now=datetime(2026, 3, 31, 10, tzinfo=UTC))
    assert [day.predictions for day in found.days] == [28, 29, 30, 0]
    assert found.days[1].start.astimezone(UTC).hour == 23


def test_no_more_than_four_weeks_are_looked_at(store, fill):
    """Older predictions are no part of what is usual."""
    fill(NOW - timedelta(days=DAYS + 1), sure=1)
    fill(NOW - timedelta(days=DAYS), sure=1)
    assert len(today_and_before(store, now=NOW).days) == DAYS + 1


def test_an_unknown_time_zone_is_refused(store):
    """An unknown time zone is refused by its name."""
    with pytest.raises(InvalidValue, match="time zone"):
        today_and_before(store, timezone="Mars/Olympus", now=NOW)
