"""What is put into the history comes out of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from hwr_core.errors import InvalidValue, UserInactive, UserNotFound
from hwr_core.history.uploads import Original
from hwr_core.recognition.types import Verdict


def test_a_reading_comes_back_as_it_was(history, record, new_reading):
    """Every field of a kept reading survives, the picture pixel by pixel."""
    kept = record(
        *(new_reading(digit=digit, file_name=f"{digit}.png", enhancement_level=digit / 5) for digit in range(10))
    )
    found = history.get(kept[3].id)
    np.testing.assert_array_equal(found.reading.seen, kept[3].reading.seen)
    seen = kept[3].reading.seen
    assert replace(found, reading=replace(found.reading, seen=seen)) == kept[3]


def test_ids_ascend_in_the_order_of_the_rows(store, record, new_reading):
    """Each id belongs to the row in the same place, and ids ascend, also across many rows."""
    rows = [new_reading(digit=number % 10) for number in range(3000)]
    ids = [kept.id for kept in record(*rows)]
    with store.session() as cursor:
        found = cursor.execute("select id, digit from readings order by id").fetchall()
    assert found == list(zip(ids, [row.reading.digit for row in rows], strict=True))


@pytest.mark.parametrize("stranger", [2, 0, -1, 2**63, -(2**63) - 1, 10**30])
def test_a_row_of_nobody_does_not_fail_its_neighbours(history, record, users, new_reading, stranger):
    """A user who does not exist is answered in place, nothing is kept for them, and the store goes on."""
    before, refused, after = record(new_reading(), new_reading(stranger), new_reading())
    assert isinstance(refused, UserNotFound)
    assert str(stranger) in str(refused)
    assert [kept.id for kept in history.page().readings] == [after.id, before.id]
    with pytest.raises(UserNotFound):
        users.get(stranger)


def test_a_deactivated_user_adds_nothing(history, record, users, new_reading):
    """A reading of somebody deactivated is refused in its place and its neighbours are kept."""
    ada = users.create("ada")
    users.change(ada.id, is_active=False)
    refused, kept = record(new_reading(ada.id), new_reading())
    assert isinstance(refused, UserInactive)
    assert [each.id for each in history.page().readings] == [kept.id]


def test_no_rows_are_answered_by_none(record):
    """Recording nothing is no error."""
    assert record() == []


def test_not_a_digit_is_kept_without_one(history, record, new_reading):
    """A reading that names no digit has none in the history either."""
    (kept,) = record(new_reading(digit=None, verdict=Verdict.NOT_A_DIGIT))
    assert history.get(kept.id).reading.digit is None


def test_times_come_back_in_utc(history, record, new_reading):
    """A time given with any offset is the same moment, in UTC, when read."""
    noon = datetime(2026, 6, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    (kept,) = record(new_reading(created_at=noon))
    found = history.get(kept.id)
    assert kept.timestamp == found.timestamp == noon
    assert kept.timestamp.tzinfo is found.timestamp.tzinfo is UTC


def test_what_is_not_to_be_kept_is_refused_at_once(new_reading):
    """A reading without ink and a time without an offset never become rows."""
    with pytest.raises(InvalidValue, match="without ink"):
        new_reading(verdict=Verdict.NO_INK)
    with pytest.raises(InvalidValue, match="offset"):
        new_reading(created_at=datetime(2026, 6, 1))  # noqa: DTZ001  the fault in question


def test_the_same_picture_file_is_kept_once(history, record, originals, new_reading):
    """Three readings of two pictures leave two files, and each reading gives its own picture back."""
    one, two = Original.of(b"one"), Original.of(b"two")
    kept = record(*(new_reading(original=picture) for picture in (one, two, one)))
    assert sorted(originals.names()) == sorted([one.name, two.name])
    assert [history.original(each.id) for each in kept] == [b"one", b"two", b"one"]
