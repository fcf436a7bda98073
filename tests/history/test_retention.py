"""What pruning takes away, and what it leaves."""

from datetime import UTC, datetime, timedelta

import pytest

from hwr_core.errors import InvalidValue
from hwr_core.history.retention import Pruned, Retention, prune
from hwr_core.history.uploads import UNFINISHED, Original

OLD, LABELLED, NEW = (Original.of(name) for name in (b"old", b"labelled", b"new"))
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _kept(record, feedback, new_reading):
    """Three readings with picture files: 1 is 100 days old, 2 is too and labelled, 3 is new."""
    then = NOW - timedelta(days=100)
    record(
        new_reading(original=OLD, created_at=then),
        new_reading(original=LABELLED, created_at=then),
        new_reading(original=NEW),
    )
    feedback.give(2, actual_digit=1)


def _ids(history):
    return [each.id for each in history.page().readings]


def test_without_limits_nothing_goes(store, originals, history):
    """A retention for ever takes nothing away."""
    assert prune(store, originals, Retention(None, None)) == Pruned(0, 0, 0)
    assert (_ids(history), len(list(originals.names()))) == ([3, 2, 1], 3)


def test_old_readings_go_with_labels_and_pictures(store, originals, history, feedback):
    """Readings past their time take along what was said of them and picture files nobody needs."""
    assert prune(store, originals, Retention(99, None)) == Pruned(2, 2, len(b"old" + b"labelled"))
    assert _ids(history) == [3]
    assert list(originals.names()) == [NEW.name]
    assert feedback.of_user(1) == []


def test_old_pictures_go_and_their_readings_stay(store, originals, history):
    """Picture files past their time go, but not those of labelled readings, which models learn from."""
    assert prune(store, originals, Retention(None, 99)) == Pruned(0, 1, len(b"old"))
    assert _ids(history) == [3, 2, 1]
    assert history.get(1).original is None
    assert history.original(2) == b"labelled"


def test_a_picture_still_in_use_stays(store, originals, history, record, new_reading):
    """A picture that a newer reading has too is not taken from it."""
    record(new_reading(original=OLD))
    assert prune(store, originals, Retention(99, 99)).originals == 1
    assert history.original(4) == b"old"


def test_a_dry_run_tells_and_takes_nothing(store, originals, history):
    """What would go is counted exactly, and all of it is still there."""
    told = prune(store, originals, Retention(99, 99), dry_run=True)
    assert (_ids(history), len(list(originals.names()))) == ([3, 2, 1], 3)
    assert history.original(1) == b"old"
    assert prune(store, originals, Retention(99, 99)) == told


def test_what_an_interrupted_write_left_behind_is_swept_up(store, originals, database):
    """A file without a reading, and one half-written, are not kept for ever."""
    originals.add(Original.of(b"nobody's"))
    half = database.parent / "originals" / f"{UNFINISHED}abc"
    half.write_bytes(b"ha")
    assert prune(store, originals, Retention(None, None)).originals == 1
    assert not half.exists()
    assert len(list(originals.names())) == 3


@pytest.mark.parametrize("days", [-1, 10**9])
def test_days_no_calendar_holds_are_refused(days):
    """A negative or absurd number of days is an error in words."""
    with pytest.raises(InvalidValue, match="days is allowed"):
        Retention(days, None)
