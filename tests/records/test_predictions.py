"""Predictions are stored and read back unchanged."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from hwr_core.errors import InvalidValue, UserInactive, UserNotFound
from hwr_core.recognition.types import Verdict
from hwr_core.records.uploads import Upload


def test_a_prediction_comes_back_as_it_was(history, record, new_prediction):
    """Every field of a stored prediction survives, the image pixel by pixel."""
    kept = record(
        *(new_prediction(digit=digit, file_name=f"{digit}.png", enhancement_level=digit / 5) for digit in range(10))
    )
    found = history.get(kept[3].id)
    np.testing.assert_array_equal(found.prediction.seen, kept[3].prediction.seen)
    seen = kept[3].prediction.seen
    assert replace(found, prediction=replace(found.prediction, seen=seen)) == kept[3]


def test_ids_ascend_in_the_order_of_the_rows(store, record, new_prediction):
    """Each id belongs to the row in the same place, and ids ascend, also across many rows."""
    rows = [new_prediction(digit=number % 10) for number in range(3000)]
    ids = [kept.id for kept in record(*rows)]
    with store.session() as cursor:
        found = cursor.execute("select id, digit from predictions order by id").fetchall()
    assert found == list(zip(ids, [row.prediction.digit for row in rows], strict=True))


@pytest.mark.parametrize("stranger", [2, 0, -1, 2**63, -(2**63) - 1, 10**30])
def test_a_row_of_an_unknown_user_does_not_fail_the_others(history, record, users, new_prediction, stranger):
    """It gets an error in its place, nothing is stored for it, and the store goes on working."""
    before, refused, after = record(new_prediction(), new_prediction(stranger), new_prediction())
    assert isinstance(refused, UserNotFound)
    assert str(stranger) in str(refused)
    assert [kept.id for kept in history.page().predictions] == [after.id, before.id]
    with pytest.raises(UserNotFound):
        users.get(stranger)


def test_a_deactivated_user_adds_nothing(history, record, users, new_prediction):
    """A prediction of a deactivated user is refused in its place and the others are stored."""
    ada = users.create("ada")
    users.change(ada.id, is_active=False)
    refused, kept = record(new_prediction(ada.id), new_prediction())
    assert isinstance(refused, UserInactive)
    assert [each.id for each in history.page().predictions] == [kept.id]


def test_no_rows_are_answered_by_none(record):
    """Storing nothing is no error."""
    assert record() == []


def test_not_a_digit_is_kept_without_one(history, record, new_prediction):
    """A prediction that names no digit has none in the history either."""
    (kept,) = record(new_prediction(digit=None, verdict=Verdict.NOT_A_DIGIT))
    assert history.get(kept.id).prediction.digit is None


def test_times_come_back_in_utc(history, record, new_prediction):
    """A time given with any offset is the same moment, in UTC, when read."""
    noon = datetime(2026, 6, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    (kept,) = record(new_prediction(created_at=noon))
    found = history.get(kept.id)
    assert kept.timestamp == found.timestamp == noon
    assert kept.timestamp.tzinfo is found.timestamp.tzinfo is UTC


def test_predictions_that_cannot_be_stored_are_refused_at_once(new_prediction):
    """A prediction without ink and a time without an offset never become rows."""
    with pytest.raises(InvalidValue, match="without ink"):
        new_prediction(verdict=Verdict.NO_INK)
    with pytest.raises(InvalidValue, match="offset"):
        new_prediction(created_at=datetime(2026, 6, 1))  # noqa: DTZ001  the fault in question


def test_the_same_image_file_is_kept_once(history, record, uploads, new_prediction):
    """Three predictions of two images leave two files, and each prediction gives its own image back."""
    one, two = Upload.of(b"one"), Upload.of(b"two")
    kept = record(*(new_prediction(upload=image) for image in (one, two, one)))
    assert sorted(uploads.names()) == sorted([one.name, two.name])
    assert [history.upload(each.id) for each in kept] == [b"one", b"two", b"one"]
