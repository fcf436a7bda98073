"""Figures that come from roll-ups are those of all rows, whatever has happened to the rows."""

from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from hwr_core.analytics.breakdown import Dimension
from hwr_core.analytics.days import today_and_before
from hwr_core.analytics.periods import Bucket
from hwr_core.analytics.queries import Analytics
from hwr_core.analytics.samples import named_digits
from hwr_core.db.engines import server_store
from hwr_core.db.file_store import FileStore
from hwr_core.db.rollups import keeping
from hwr_core.errors import NotFound, StoreUnavailable
from hwr_core.recognition.types import NONE, Timings, Verdict
from hwr_core.records.erasure import erase_predictions
from hwr_core.records.filters import HistoryFilter, Labelled
from hwr_core.records.history import EVERYTHING, History
from hwr_core.records.predictions import Source, record_predictions
from hwr_core.records.retention import Retention, prune
from hwr_core.settings import Settings

NOW = datetime.now(UTC)
HIGHEST = 0.99
BY_ROWS = 0.999
"""The predictions here are less sure than that: as a filter it selects all of them, but no roll-up answers it."""

ago = st.timedeltas(timedelta(0), timedelta(days=40))
digits = st.sampled_from([None, 1, 7])
users_of_all = st.sampled_from([1, 2, 3])

prediction = st.fixed_dictionaries(
    {
        "user_id": users_of_all,
        "digit": digits,
        "source": st.sampled_from([Source.API, Source.UPLOAD]),
        "version": st.sampled_from(["v1", "v2"]),
        "confidence": st.floats(0.0, HIGHEST),
        "seconds": st.floats(0.0005, 0.5),
        "ago": ago,
    }
)
operation = st.one_of(
    st.tuples(st.just("store"), st.lists(prediction, min_size=1, max_size=6)),
    st.tuples(st.just("label"), st.tuples(st.integers(0, 60), users_of_all, digits)),
    st.tuples(st.just("withdraw"), st.tuples(st.integers(0, 60), users_of_all)),
    st.tuples(st.just("erase"), users_of_all),
    st.tuples(st.just("anonymise"), st.just(3)),
    st.tuples(st.just("prune"), st.integers(1, 40)),
)
chosen_filter = st.builds(
    HistoryFilter,
    digit=st.sampled_from([None, None, NONE, 7]),
    actual_digit=st.sampled_from([None, None, NONE, 7]),
    labelled=st.sampled_from([None, None, *Labelled]),
    source=st.sampled_from([None, None, Source.UPLOAD]),
    model_version=st.sampled_from([None, None, "v2"]),
    verdict=st.sampled_from([None, None, Verdict.DIGIT]),
    user_id=st.sampled_from([None, None, None, 2]),
    since=st.none() | ago.map(lambda before: NOW - before - timedelta(days=1)),
    until=st.none() | ago.map(lambda before: NOW - before + timedelta(days=40)),
)


class _World:
    """A history of three users, to which things happen."""

    def __init__(self, find):
        self.store, self.uploads, self.users, self.feedback, self.record, self.new_prediction = map(
            find, ("store", "uploads", "users", "feedback", "record", "new_prediction")
        )
        self.ids: list[int] = []

    def store_(self, rows):
        kept = self.record(
            *(
                self.new_prediction(
                    row["user_id"],
                    digit=row["digit"],
                    verdict=Verdict.NOT_A_DIGIT if row["digit"] is None else Verdict.DIGIT,
                    confidence=row["confidence"],
                    source=row["source"],
                    version=row["version"],
                    timings=Timings(row["seconds"], row["seconds"] / 3),
                    created_at=NOW - row["ago"],
                )
                for row in rows
            )
        )
        self.ids += [each.id for each in kept if not isinstance(each, Exception)]

    def happen(self, what, how):
        if what == "store":
            self.store_(how)
        elif what == "erase":
            self.users.erase_history(how)
        elif what == "anonymise":
            self.users.anonymise(how)
            self.users.change(how, is_active=True)
        elif what == "prune":
            try:
                prune(self.store, self.uploads, Retention(predictions=how, uploads=None))
            except StoreUnavailable:  # nothing is there
                pass
        elif self.ids:
            place, user_id, *digit = how
            prediction_id = self.ids[place % len(self.ids)]
            try:
                if what == "label":
                    self.feedback.give(prediction_id, user_id=user_id, actual_digit=digit[0])
                else:
                    self.feedback.withdraw(prediction_id, user_id=user_id)
            except NotFound:  # erased, or never labelled
                pass


@pytest.fixture
def world(request, monkeypatch):
    """Roll-ups are brought up to date after every few predictions."""
    monkeypatch.setattr(keeping, "EVERY", 5)
    world = _World(request.getfixturevalue)
    world.users.create("ada")
    world.users.create("bob")
    return world


def _figures(store, history, chosen):
    """Every figure that a filter has."""
    analytics = Analytics(store)
    tables = {
        "by hour": analytics.over_time(chosen, bucket=Bucket.HOUR, timezone="Asia/Kolkata"),
        "by day": analytics.over_time(chosen, bucket=Bucket.DAY, timezone="Europe/Berlin"),
        "confidence": analytics.confidence_distribution(chosen),
        "reliability": analytics.reliability(chosen).bins,
        "confusion": analytics.confusion(chosen),
        "latency": analytics.latency(chosen),
        **{f"by {by}": analytics.breakdown(chosen, by=by) for by in Dimension},
    }
    numbers = {
        "count": history.count(chosen),
        "accuracy": analytics.accuracy(chosen),
    }
    return tables, numbers, named_digits(store, chosen)


def _check(store, history, chosen):
    tables, numbers, named = _figures(store, history, chosen)
    of_rows, numbers_of_rows, named_of_rows = _figures(store, history, replace(chosen, confidence_to=BY_ROWS))
    for name, table in tables.items():
        pd.testing.assert_frame_equal(table, of_rows[name], obj=name, check_exact=True)
    assert numbers == numbers_of_rows
    assert named == named_of_rows


def _rows(store, what, condition="true"):
    with store.session() as cursor:
        return cursor.execute(
            f"select {what} from predictions p left join labels l on l.prediction_id = p.id where {condition}"  # noqa: S608
        ).fetchall()


def _check_whole(store, history):
    """What has no filter, against plain counts of the rows."""
    analytics = Analytics(store)
    system = analytics.system()
    [(total, right, labelled)] = _rows(
        store,
        "count(*), count(*) filter (where l.prediction_id is not null and p.digit is not distinct from l.actual_digit),"
        " count(l.prediction_id)",
    )
    assert (system.total_predictions, system.accuracy.right, system.accuracy.total) == (total, right, labelled)
    assert system.digit_distribution["7"] == len(_rows(store, "1", "p.digit = 7"))
    versions = {name for (name,) in _rows(store, "p.model_version")}
    assert history.model_versions() == sorted(versions, reverse=True)
    days = today_and_before(store).days
    since = days[0].start if days else NOW
    recent = [row for row in _rows(store, "p.created_at, p.verdict") if row[0] >= since]
    assert sum(day.predictions for day in days) == len(recent)
    assert sum(day.doubtful for day in days) == sum(verdict != "digit" for _, verdict in recent)
    for user_id in (1, 2, 3):
        what = "p.digit, p.confidence, p.preprocessing_seconds + p.inference_seconds"
        mine = _rows(store, what, f"p.user_id = {user_id}")
        user = analytics.user(user_id)
        assert user.total_predictions == len(mine)
        if mine:
            assert user.average_confidence == pytest.approx(sum(row[1] for row in mine) / len(mine), abs=1e-9)
            assert user.average_processing_time == pytest.approx(sum(row[2] for row in mine) / len(mine), abs=1e-9)
        named = [digit for digit, *_ in mine if digit is not None]
        most = max((named.count(digit) for digit in named), default=0)
        assert user.most_common_digit == min((digit for digit in named if named.count(digit) == most), default=None)


@settings(
    max_examples=6,
    deadline=None,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],  # a shorter example takes minutes to find in a database
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(happenings=st.lists(operation, min_size=1, max_size=12), chosen=chosen_filter)
def test_figures_are_those_of_all_rows(world, history, happenings, chosen):
    """After any sequence of predictions, labels, erasures and prunings, and for any filter."""
    with world.store.writing() as cursor:
        erase_predictions(cursor, "true", [])
    world.ids.clear()
    for what, how in happenings:
        world.happen(what, how)
    _check(world.store, history, EVERYTHING)
    _check(world.store, history, chosen)
    _check_whole(world.store, history)


def _some(count):
    return [
        {
            "user_id": 1 + place % 3,
            "digit": place % 10,
            "source": Source.API,
            "version": "v1",
            "confidence": 0.5,
            "seconds": 0.001,
            "ago": timedelta(hours=place),
        }
        for place in range(count)
    ]


@pytest.mark.duckdb_file
def test_a_history_from_before_the_roll_ups_is_counted_at_the_next_opening(
    world, history, database, monkeypatch, caplog
):
    """Stopped half-way its figures are right all the same, and the next opening goes on from there."""
    monkeypatch.setattr(keeping, "EVERY", 1_000)
    world.store_(_some(40))
    _check(world.store, history, EVERYTHING)
    world.store.close()
    monkeypatch.setattr(keeping, "EVERY", 5)
    monkeypatch.setattr(keeping, "AT_ONCE", 12)
    begun = []

    def stop_at_the_second(connection, begin):
        def begin_once():
            if begun:
                raise KeyboardInterrupt
            begun.append(begin())

        keeping.catch_up(connection, begin_once)

    reopened = partial(FileStore, database, busy_timeout=5, idle_release=60)
    monkeypatch.setattr("hwr_core.db.connection.catch_up", stop_at_the_second)
    with closing(reopened()) as store, pytest.raises(KeyboardInterrupt), store.session():
        pass
    monkeypatch.setattr("hwr_core.db.connection.catch_up", lambda *_: None)
    with closing(reopened()) as store:
        with store.session() as cursor:
            assert keeping.watermark(cursor) == 12
        _check(store, type(history)(store, world.uploads, max_page=100), EVERYTHING)
    monkeypatch.undo()
    monkeypatch.setattr(keeping, "EVERY", 5)
    with caplog.at_level("INFO"), closing(reopened()) as store:
        with store.session() as cursor:
            assert keeping.watermark(cursor) > 30
        _check(store, type(history)(store, world.uploads, max_page=100), EVERYTHING)
    assert "Counting the history: 40 of about 40 predictions." in caplog.text


def test_a_long_history_on_a_server_is_counted_in_parts(postgresql, uploads, new_prediction, tmp_path, monkeypatch):
    """What was counted before a stop stays counted; the next opening goes on from there, and all figures are right."""
    url = postgresql.new_database()

    def opened():
        return closing(server_store(url, Settings(data_dir=tmp_path)))

    monkeypatch.setattr(keeping, "EVERY", 1_000)
    with opened() as store, store.writing() as cursor:
        record_predictions(cursor, [new_prediction(digit=place % 10) for place in range(40)], uploads)
    monkeypatch.setattr(keeping, "EVERY", 5)
    monkeypatch.setattr(keeping, "AT_ONCE", 12)
    begun = []

    def stop_at_the_third(cursor, begin):
        def begin_twice():
            if len(begun) == 2:
                raise KeyboardInterrupt
            begun.append(begin())

        keeping.catch_up(cursor, begin_twice)

    with monkeypatch.context() as patch:
        patch.setattr("hwr_core.db.server_connection.catch_up", stop_at_the_third)
        with opened() as store, pytest.raises(KeyboardInterrupt), store.session():
            pass
        patch.setattr("hwr_core.db.server_connection.catch_up", lambda *_: None)
        with opened() as store, store.session() as cursor:
            assert keeping.watermark(cursor) == 24
    with opened() as store:
        with store.session() as cursor:
            assert keeping.watermark(cursor) > 30
        _check(store, History(store, uploads, max_page=100), EVERYTHING)


def test_a_time_at_the_ends_of_the_calendar_can_be_asked_for(world, history):
    """Where there is no whole day before or after, rows are counted."""
    world.store_(_some(12))
    last = datetime(9999, 12, 31, 12, tzinfo=UTC)
    assert history.count(HistoryFilter(since=last)) == 0
    assert history.count(HistoryFilter(until=last)) == 12
