"""Figures split by a dimension, and the period before: filters that select what they say."""

from datetime import UTC, datetime, timedelta

import pytest

from hwr_core.analytics.breakdown import Dimension
from hwr_core.analytics.periods import Bucket
from hwr_core.analytics.queries import Analytics
from hwr_core.analytics.split import earlier
from hwr_core.errors import InvalidValue
from hwr_core.records.filters import HistoryFilter

NOON = datetime(2026, 3, 30, 12, tzinfo=UTC)
BERLIN = "Europe/Berlin"


@pytest.fixture
def kept(record, users, new_prediction):
    """Eight users' predictions: one of the first, two of the second, and so on."""
    ids = [users.create(f"user {number}").id for number in range(8)]
    return record(
        *(
            new_prediction(user, digit=number, version=f"v{number % 2}")
            for number, user in enumerate(ids)
            for _ in range(number + 1)
        )
    )


@pytest.mark.parametrize("by", list(Dimension))
def test_groups_share_what_there_is(store, history, kept, by):
    """The largest six at most, none twice, each with as many predictions as its filter selects; the rest is counted."""
    analytics = Analytics(store)
    found, all_of_them = analytics.split(by=by), analytics.breakdown(by=by)
    counts = dict(zip(all_of_them["value"], all_of_them["predictions"], strict=True))
    assert len(found.groups) == min(6, len(counts))
    assert found.left_out == len(counts) - len(found.groups)
    assert {group.value: history.count(group.chosen) for group in found.groups}.items() <= counts.items()
    smallest = min(counts[group.value] for group in found.groups)
    assert sum(count > smallest for count in counts.values()) < len(found.groups)


def test_a_split_keeps_the_rest_of_the_filter(store, kept):
    """What is split is what was filtered, and nothing of others."""
    found = Analytics(store).split(HistoryFilter(model_version="v1", digit=3), by=Dimension.USER)
    assert [group.value for group in found.groups] == ["user 3"]
    assert found.groups[0].chosen.model_version == "v1"
    assert Analytics(store).split(HistoryFilter(digit=9), by=Dimension.USER).groups == ()


@pytest.mark.parametrize("most", [0, 7, -1])
def test_more_groups_than_colours_are_refused(store, most):
    """A chart of fifty lines shows nothing."""
    with pytest.raises(InvalidValue, match="1 to 6"):
        Analytics(store).split(by=Dimension.DIGIT, most=most)


def test_the_period_before_a_week_is_the_week_before():
    """Also over a change of clocks, at the same hours of the clock; it ends where the present one begins."""
    since = datetime(2026, 3, 24, 0, tzinfo=UTC) - timedelta(hours=1)  # midnight in Berlin, in winter
    found = earlier(HistoryFilter(since=since, digit=7), bucket=Bucket.DAY, timezone=BERLIN, now=NOON)
    assert found
    assert found.by == timedelta(days=7)
    assert found.chosen == HistoryFilter(since=since - timedelta(days=7), until=since, digit=7)


def test_weeks_lie_on_weeks():
    """Thirty days by the week are compared with those that began 35 days before."""
    since = NOON - timedelta(days=29, hours=13)
    found = earlier(HistoryFilter(since=since), bucket=Bucket.WEEK, timezone="UTC", now=NOON)
    assert found
    assert found.by == timedelta(days=35)
    assert (found.chosen.since, found.chosen.until) == (since - timedelta(days=35), since - timedelta(days=5))


def test_an_hour_lies_beside_the_same_hour_of_the_day_before():
    """A range that a click on a chart selected has an end."""
    since = NOON - timedelta(hours=1)
    found = earlier(HistoryFilter(since=since, until=NOON), bucket=Bucket.HOUR)
    assert found
    assert found.chosen == HistoryFilter(since=since - timedelta(days=1), until=NOON - timedelta(days=1))


@pytest.mark.parametrize("since", [None, datetime(1, 1, 2, tzinfo=UTC)])
def test_what_has_no_beginning_has_nothing_before_it(since):
    """All the time there is, and the first days of the calendar."""
    assert earlier(HistoryFilter(since=since), bucket=Bucket.DAY, now=NOON) is None
