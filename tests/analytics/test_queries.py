"""Every figure of analytics against the same figure counted in plain Python."""

from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from statistics import mean
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from hwr_core.analytics.breakdown import Dimension
from hwr_core.analytics.periods import Bucket, start_of_today
from hwr_core.analytics.queries import Analytics
from hwr_core.errors import InvalidValue, UserNotFound
from hwr_core.recognition.types import Timings, Verdict
from hwr_core.records.filters import HistoryFilter
from hwr_core.records.predictions import Source
from hwr_core.statistics import Proportion, wilson

NOW = datetime.now(UTC)


@pytest.fixture
def analytics(store):
    """The analytics of the store."""
    return Analytics(store)


@pytest.fixture
def world(record, users, feedback, history, new_prediction):
    """A hundred and fifty predictions of three users, a third of them labelled; returned as the history has them."""
    rng = np.random.default_rng(3)
    ada, eve = users.create("ada"), users.create("eve")
    users.change(eve.id, is_active=False)
    users.change(eve.id, is_active=True)
    rows = []
    for _ in range(150):
        refused = rng.random() < 0.1
        rows.append(
            new_prediction(
                int(rng.choice([1, ada.id, eve.id], p=[0.5, 0.3, 0.2])),
                digit=None if refused else int(rng.integers(10)),
                verdict=Verdict.NOT_A_DIGIT if refused else Verdict.DIGIT,
                confidence=float(rng.uniform(0, 1)),
                source=list(Source)[int(rng.integers(5))],
                version=str(rng.choice(["v1", "v2"])),
                timings=Timings(float(rng.lognormal(-6)), float(rng.lognormal(-7))),
                created_at=NOW - timedelta(hours=float(rng.uniform(0, 24 * 20))),
            )
        )
    kept = record(*rows)
    for each in kept[::3]:
        wrong = rng.random() < 0.3
        actual = None if rng.random() < 0.1 else int(rng.integers(10))
        feedback.give(each.id, user_id=ada.id, actual_digit=actual if wrong else each.prediction.digit)
    users.change(eve.id, is_active=False)
    pages = history.page(limit=100), history.page(limit=100, before=51)
    return [each for page in pages for each in page.predictions]


def _accuracy(predictions):
    labelled = [each for each in predictions if each.label]
    return Proportion(right=sum(each.is_right for each in labelled), total=len(labelled))


def _check_accuracy(row, predictions):
    expected = _accuracy(predictions)
    assert (row["right"], row["labelled"]) == (expected.right, expected.total)
    for name, value in (("accuracy", expected.share), ("low", expected.low), ("high", expected.high)):
        assert np.isnan(row[name]) if value is None else row[name] == pytest.approx(value)


def test_an_empty_history_knows_nothing_and_says_so(analytics):
    """Without predictions counts are zero, and what cannot be known is None or an empty frame, never 0 %."""
    system = analytics.system()
    assert (system.total_users, system.active_users, system.total_predictions, system.today_predictions) == (1, 1, 0, 0)
    assert (system.accuracy.share, system.accuracy.low) == (None, None)
    assert system.digit_distribution == dict.fromkeys("0123456789", 0)
    user = analytics.user(1)
    assert (user.total_predictions, user.average_confidence, user.average_processing_time) == (0, None, None)
    assert (user.most_common_digit, user.accuracy.share, user.feedback_count) == (None, None, 0)
    for frame in (
        analytics.over_time(bucket=Bucket.DAY),
        analytics.reliability().bins,
        analytics.confusion(),
        analytics.confused_pairs(),
        analytics.latency(),
        *(analytics.breakdown(by=by) for by in Dimension),
    ):
        assert frame.empty
    assert analytics.confidence_distribution()["predictions"].sum() == 0
    assert analytics.reliability().error is None


def test_the_system_at_a_glance(analytics, world):
    """Users, predictions, those of today, accuracy and digits are what counting gives."""
    system = analytics.system(timezone="Asia/Tokyo")
    today = start_of_today("Asia/Tokyo")
    assert (system.total_users, system.active_users, system.total_predictions) == (3, 2, 150)
    assert system.today_predictions == sum(each.timestamp >= today for each in world)
    assert system.accuracy == _accuracy(world)
    counted = Counter(each.prediction.digit for each in world)
    assert system.digit_distribution == {str(digit): counted[digit] for digit in range(10)}


@pytest.mark.parametrize("user_id", [1, 2, 3])
def test_a_user_at_a_glance(analytics, feedback, world, user_id):
    """A user's figures are of the user's predictions; feedback is counted for who gave it."""
    mine = [each for each in world if each.user_id == user_id]
    figures = analytics.user(user_id)
    assert (figures.total_predictions, figures.accuracy) == (len(mine), _accuracy(mine))
    assert figures.average_confidence == pytest.approx(mean(each.prediction.confidence for each in mine))
    assert figures.average_processing_time == pytest.approx(mean(each.prediction.timings.total for each in mine))
    counted = Counter(each.prediction.digit for each in mine if each.prediction.digit is not None)
    assert counted[figures.most_common_digit] == max(counted.values())
    assert figures.feedback_count == len(feedback.of_user(user_id))


def test_unknown_users_and_zones_are_told(analytics):
    """A user who does not exist is an error in every question."""
    nobody = HistoryFilter(user_id=9)
    for ask in (analytics.accuracy, analytics.confusion, analytics.latency, analytics.reliability):
        with pytest.raises(UserNotFound):
            ask(nobody)
    with pytest.raises(UserNotFound):
        analytics.user(2**63)
    for name in (
        "Nowhere/Foo",
        "",
        "../etc/passwd",
        "Europe",
        "a" * 5000,
        "\x00",
        "localtime",
        "posix/UTC",
        "right/UTC",
    ):
        with pytest.raises(InvalidValue, match="time zone"):
            analytics.system(timezone=name)
        with pytest.raises(InvalidValue, match="time zone"):
            analytics.over_time(bucket=Bucket.DAY, timezone=name)


@pytest.mark.parametrize("timezone", ["UTC", "America/St_Johns"])
@pytest.mark.parametrize("bucket", list(Bucket))
def test_predictions_over_time(analytics, world, bucket, timezone):
    """Each period between the first and the last has its own count, in local time; those without predictions have 0."""
    frame = analytics.over_time(HistoryFilter(source=Source.CLI), bucket=bucket, timezone=timezone)
    per_period = defaultdict(list)
    for each in world:
        if each.source is Source.CLI:
            local = each.timestamp.astimezone(ZoneInfo(timezone)).replace(
                tzinfo=None, minute=0, second=0, microsecond=0
            )
            if bucket is not Bucket.HOUR:
                local = local.replace(hour=0)
            if bucket is Bucket.WEEK:
                local -= timedelta(days=local.weekday())
            per_period[local].append(each)
    starts = [start.to_pydatetime() for start in frame["start"]]
    assert starts == [starts[0] + n * bucket.length for n in range(len(starts))]
    assert {*per_period} <= {*starts}
    for start, (_, row) in zip(starts, frame.iterrows(), strict=True):
        assert row["predictions"] == len(per_period[start])
        _check_accuracy(row, per_period[start])


def test_a_day_on_which_clocks_change_is_one_day(analytics, record, new_prediction):
    """In spring a local day has 23 hours, in autumn 25: a prediction just inside it counts for it."""
    record(
        new_prediction(created_at=datetime(2026, 3, 28, 23, 0, tzinfo=UTC)),
        new_prediction(created_at=datetime(2026, 3, 29, 21, 59, tzinfo=UTC)),
        new_prediction(created_at=datetime(2026, 3, 29, 22, 0, tzinfo=UTC)),
    )
    frame = analytics.over_time(bucket=Bucket.DAY, timezone="Europe/Berlin")
    assert frame["predictions"].tolist() == [2, 1]
    noon = datetime(2026, 10, 25, 11, tzinfo=UTC)
    assert start_of_today("Europe/Berlin", noon) == datetime(2026, 10, 24, 22, tzinfo=UTC)


def test_too_many_periods_are_refused(analytics, record, new_prediction):
    """Hours over years are an error that says what to do, not a chart of ten thousand points."""
    record(new_prediction(created_at=NOW - timedelta(days=800)), new_prediction())
    with pytest.raises(InvalidValue, match="19,200 hours; at most 5,000"):
        analytics.over_time(bucket=Bucket.HOUR)
    assert len(analytics.over_time(bucket=Bucket.DAY)) == 801


def test_the_distribution_of_confidence(analytics, record, world, new_prediction):
    """Every prediction is in exactly one range, full confidence in the last."""
    record(new_prediction(confidence=1.0), new_prediction(confidence=0.0))
    frame = analytics.confidence_distribution(bins=20)
    assert len(frame) == 20
    assert frame["predictions"].sum() == 152
    assert frame["labelled"].sum() == _accuracy(world).total
    assert frame["right"].sum() == _accuracy(world).right
    for row in frame.iloc[1:-1].itertuples():
        inside = [each for each in world if row.confidence_from <= each.prediction.confidence < row.confidence_to]
        assert row.predictions == len(inside)
    for bins in (0, -1, 101):
        with pytest.raises(InvalidValue, match="1 to 100"):
            analytics.confidence_distribution(bins=bins)


def test_reliability_is_confidence_against_accuracy(analytics, world):
    """Each range has its mean confidence and accuracy, and the error weighs their gaps by their predictions."""
    named = [each for each in world if each.label and each.prediction.digit is not None]
    found = analytics.reliability(bins=10)
    assert found.labelled == len(named)
    gaps = 0.0
    for row in found.bins.itertuples():
        inside = [each for each in named if row.confidence_from <= each.prediction.confidence < row.confidence_to]
        assert row.predictions == len(inside)
        assert row.confidence == pytest.approx(mean(each.prediction.confidence for each in inside))
        assert row.accuracy == pytest.approx(mean(each.is_right for each in inside))
        gaps += abs(row.confidence - row.accuracy) * len(inside)
    assert found.error == pytest.approx(gaps / len(named))


def test_confusion_counts_what_was_read_for_what_was_written(analytics, world):
    """Each labelled prediction is in one cell; a rejection and an image of no digit are "none"."""
    expected = Counter(
        (
            "none" if each.prediction.digit is None else str(each.prediction.digit),
            "none" if each.label.digit is None else str(each.label.digit),
        )
        for each in world
        if each.label
    )
    found = {(row.digit, row.actual_digit): row.predictions for row in analytics.confusion().itertuples()}
    assert found == expected


def test_the_most_confused_pairs_come_first(analytics, record, feedback, new_prediction):
    """Mistakes are sorted by their number, with their share of that true digit."""
    kept = record(*(new_prediction(digit=digit) for digit in (1, 1, 1, 7, 4)))
    for each, actual in zip(kept, (7, 7, 1, 7, 9), strict=True):
        feedback.give(each.id, actual_digit=actual)
    pairs = analytics.confused_pairs(limit=5)
    assert pairs.to_dict("records") == [
        {"digit": "1", "actual_digit": "7", "predictions": 2, "share": pytest.approx(2 / 3)},
        {"digit": "4", "actual_digit": "9", "predictions": 1, "share": 1.0},
    ]
    assert len(analytics.confused_pairs(limit=1)) == 1


@pytest.mark.parametrize("by", list(Dimension))
def test_predictions_broken_down(analytics, users, world, by):
    """Each value has its predictions, mean confidence and accuracy, under a name that users know."""
    names = {user.id: user.username for user in users.all()}
    groups = defaultdict(list)
    for each in world:
        value = {
            Dimension.DIGIT: each.prediction.digit,
            Dimension.VERDICT: each.prediction.verdict,
            Dimension.MODEL_VERSION: each.prediction.model_version,
            Dimension.SOURCE: each.source,
            Dimension.SCRIPT: each.prediction.script,
            Dimension.USER: names[each.user_id],
        }[by]
        groups["none" if value is None else str(value)].append(each)
    frame = analytics.breakdown(by=by)
    assert {*frame["value"]} == {*groups}
    for _, row in frame.iterrows():
        mine = groups[row["value"]]
        assert row["predictions"] == len(mine)
        assert row["confidence"] == pytest.approx(mean(each.prediction.confidence for each in mine))
        _check_accuracy(row, mine)
    if by is Dimension.DIGIT:
        assert frame["value"].tolist() == [*"0123456789", "none"]


def test_percentiles_of_time_are_right_to_within_a_percent(analytics, world):
    """The quick percentiles are those of sorting, to within their step."""
    frame = analytics.latency().set_index("stage")
    for stage in ("preprocessing", "inference", "total"):
        seconds = [getattr(each.prediction.timings, stage) for each in world]
        exact = np.percentile(seconds, [50, 95, 99], method="inverted_cdf")
        assert frame.loc[stage, ["p50", "p95", "p99"]].to_numpy(float) == pytest.approx(exact, rel=0.01)


def test_the_interval_is_that_of_the_textbook():
    """Wilson's interval: 8 of 10 is 0.490 to 0.943 (Agresti and Coull, 1998), and stays inside 0 and 1."""
    assert wilson(8, 10) == pytest.approx((0.490, 0.943), abs=5e-4)
    assert wilson(0, 5)[0] == pytest.approx(0.0)
    assert wilson(5, 5)[1] == pytest.approx(1.0)
    assert wilson(0, 1)[1] < 1.0
