"""What pruning removes, and what it leaves."""

import os
from datetime import UTC, datetime, timedelta

import pytest

from hwr_core.errors import InvalidValue, StoreUnavailable
from hwr_core.files import UNFINISHED
from hwr_core.records.retention import Pruned, Retention, prune
from hwr_core.records.uploads import Upload

OLD, LABELLED, NEW = (Upload.of(name) for name in (b"old", b"labelled", b"new"))
NOW = datetime.now(UTC)


@pytest.fixture(autouse=True)
def _kept(record, feedback, new_prediction):
    """Three predictions with image files: 1 is 100 days old, 2 is too and labelled, 3 is new."""
    then = NOW - timedelta(days=100)
    record(
        new_prediction(upload=OLD, created_at=then),
        new_prediction(upload=LABELLED, created_at=then),
        new_prediction(upload=NEW),
    )
    feedback.give(2, actual_digit=1)


def _ids(history):
    return [each.id for each in history.page().predictions]


def test_without_limits_nothing_goes(store, uploads, history):
    """Without a retention nothing is removed."""
    assert prune(store, uploads, Retention(None, None)) == Pruned(0, 0, 0)
    assert (_ids(history), len(list(uploads.names()))) == ([3, 2, 1], 3)


def test_old_predictions_go_with_labels_and_images(store, uploads, history, feedback):
    """Old predictions go with their feedback and with image files that no other prediction uses."""
    assert prune(store, uploads, Retention(99, None)) == Pruned(2, 2, len(b"old" + b"labelled"))
    assert _ids(history) == [3]
    assert list(uploads.names()) == [NEW.name]
    assert feedback.of_user(1) == []


def test_old_images_go_and_their_predictions_stay(store, uploads, history):
    """Old image files go, but not those of labelled predictions, which models learn from."""
    assert prune(store, uploads, Retention(None, 99)) == Pruned(0, 1, len(b"old"))
    assert _ids(history) == [3, 2, 1]
    assert history.get(1).upload is None
    assert history.upload(2) == b"labelled"


def test_an_image_still_in_use_stays(store, uploads, history, record, new_prediction):
    """An image that a newer prediction uses too stays."""
    record(new_prediction(upload=OLD))
    assert prune(store, uploads, Retention(99, 99)).uploads == 1
    assert history.upload(4) == b"old"


def test_a_dry_run_counts_and_removes_nothing(store, uploads, history):
    """What would go is counted exactly, and all of it is still there."""
    told = prune(store, uploads, Retention(99, 99), dry_run=True)
    assert (_ids(history), len(list(uploads.names()))) == ([3, 2, 1], 3)
    assert history.upload(1) == b"old"
    assert prune(store, uploads, Retention(99, 99)) == told


def test_files_of_an_interrupted_write_are_removed(store, uploads, database):
    """A file without a prediction, and one half-written, are not kept for ever."""
    uploads.add(Upload.of(b"nobody's"))
    half = database.parent / "originals" / f"{UNFINISHED}abc"
    half.write_bytes(b"ha")
    os.utime(half, (0, 0))
    assert prune(store, uploads, Retention(None, None)).uploads == 1
    assert not half.exists()
    assert len(list(uploads.names())) == 3


@pytest.mark.parametrize("days", [-1, 10**9])
def test_an_impossible_number_of_days_is_refused(days):
    """A negative or absurd number of days is refused with the range."""
    with pytest.raises(InvalidValue, match="days is allowed"):
        Retention(days, None)


def test_a_history_of_nothing_beside_images_is_not_pruned(store, uploads):
    """An empty database in the place of the right one would make every image file nobody's: none is removed."""
    with store.writing() as cursor:
        cursor.execute("delete from feedback; delete from labels; delete from predictions")
    images = sorted(uploads.names())
    assert images
    for dry_run in (True, False):
        with pytest.raises(StoreUnavailable, match="no predictions, but there are image files"):
            prune(store, uploads, Retention(None, None), dry_run=dry_run)
    assert sorted(uploads.names()) == images
