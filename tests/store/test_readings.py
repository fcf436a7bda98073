"""What is put into the history comes out of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import numpy as np
import pytest

from hwr_core.errors import InvalidValue, NotFound, UserNotFound
from hwr_core.records import Verdict
from hwr_core.store.readings import get_reading, list_readings, record_readings
from hwr_core.store.users import get_user


@pytest.fixture
def kept(store, new_reading):
    """Ten readings of user 1, digits 0 to 9, as they were kept."""
    with store.session() as cursor:
        return record_readings(cursor, [new_reading(digit=digit, file_name=f"{digit}.png") for digit in range(10)])


def test_a_reading_comes_back_as_it_was(store, kept):
    """Every field of a kept reading survives, the picture pixel by pixel."""
    with store.session() as cursor:
        found = get_reading(cursor, kept[3].id)
    np.testing.assert_array_equal(found.reading.seen, kept[3].reading.seen)
    seen = kept[3].reading.seen
    assert replace(found, reading=replace(found.reading, seen=seen)) == kept[3]


def test_ids_ascend_in_the_order_of_the_rows(store, new_reading):
    """Each id belongs to the row in the same place, and ids ascend, also across many rows."""
    rows = [new_reading(digit=number % 10) for number in range(3000)]
    with store.session() as cursor:
        ids = [kept.id for kept in record_readings(cursor, rows)]
        found = cursor.execute("select id, digit from readings order by id").fetchall()
    assert found == list(zip(ids, [row.reading.digit for row in rows], strict=True))


@pytest.mark.parametrize("stranger", [2, 0, -1, 2**63, -(2**63) - 1, 10**30])
def test_a_row_of_nobody_does_not_fail_its_neighbours(store, new_reading, stranger):
    """A user who does not exist is answered in place, nothing is kept for them, and the store goes on."""
    with store.session() as cursor:
        before, refused, after = record_readings(cursor, [new_reading(), new_reading(stranger), new_reading()])
    assert isinstance(refused, UserNotFound)
    assert str(stranger) in str(refused)
    with store.session() as cursor:
        assert [kept.id for kept in list_readings(cursor, limit=10)] == [after.id, before.id]
        with pytest.raises(UserNotFound):
            get_user(cursor, stranger)


def test_no_rows_are_answered_by_none(store):
    """Recording nothing is no error."""
    with store.session() as cursor:
        assert record_readings(cursor, []) == []


def test_not_a_digit_is_kept_without_one(store, new_reading):
    """A reading that names no digit has none in the history either."""
    with store.session() as cursor:
        (kept,) = record_readings(cursor, [new_reading(digit=None, verdict=Verdict.NOT_A_DIGIT)])
        assert get_reading(cursor, kept.id).reading.digit is None


def test_the_newest_come_first(store, kept):
    """A list holds the newest readings, newest first, no more than asked for."""
    with store.session() as cursor:
        assert [one.id for one in list_readings(cursor, limit=3)] == [kept[9].id, kept[8].id, kept[7].id]


def test_a_list_may_be_of_one_user(store, kept, new_reading):
    """Asked for one user, the list holds no one else's readings."""
    with store.session() as cursor:
        cursor.execute("insert into users (username) values ('ada')")
        (adas,) = record_readings(cursor, [new_reading(user_id=2)])
        record_readings(cursor, [new_reading()])
        assert [one.id for one in list_readings(cursor, limit=100, user_id=2)] == [adas.id]
        assert list_readings(cursor, limit=100, user_id=2**63) == []


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_below_one_is_refused(store, limit):
    """A negative limit does not dump everything."""
    with store.session() as cursor, pytest.raises(InvalidValue, match=f"limit is {limit}"):
        list_readings(cursor, limit=limit)


@pytest.mark.parametrize("reading_id", [11, -1, 2**63])
def test_an_unknown_reading_is_told(store, kept, reading_id):
    """An id without a reading is a NotFound that names it."""
    with store.session() as cursor, pytest.raises(NotFound, match=f"no reading {reading_id}"):
        get_reading(cursor, reading_id)


def test_times_come_back_in_utc(store, new_reading):
    """A time given with any offset is the same moment, in UTC, when read."""
    noon = datetime(2026, 6, 1, 12, tzinfo=timezone(timedelta(hours=2)))
    with store.session() as cursor:
        (kept,) = record_readings(cursor, [new_reading(created_at=noon)])
        found = get_reading(cursor, kept.id)
    assert kept.timestamp == found.timestamp == noon
    assert kept.timestamp.tzinfo is found.timestamp.tzinfo is UTC


def test_what_is_not_to_be_kept_is_refused_at_once(new_reading):
    """A reading without ink and a time without an offset never become rows."""
    with pytest.raises(InvalidValue, match="without ink"):
        new_reading(verdict=Verdict.NO_INK)
    with pytest.raises(InvalidValue, match="offset"):
        new_reading(created_at=datetime(2026, 6, 1))  # noqa: DTZ001  the fault in question
