"""Images that are sent twice are stored once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from hwr_core.errors import Conflict, InvalidValue
from hwr_core.records.sent import LONGEST_KEY, Once, Sent


def _keyed(prediction, key="a", content="x"):
    return replace(prediction, once=Once(key, content))


def test_a_key_stores_one_prediction_however_often_it_is_sent(history, record, new_prediction):
    """The second answer is the first one's, marked as repeated, also where both are written at once."""
    first, again = record(_keyed(new_prediction(digit=3)), _keyed(new_prediction(digit=3)))
    (later,) = record(_keyed(new_prediction(digit=3)))
    assert first.id == again.id == later.id
    assert (first.repeated, again.repeated, later.repeated) == (False, True, True)
    assert [each.id for each in history.page().predictions] == [first.id]


def test_rows_without_a_key_are_stored_beside_those_that_repeat(history, record, new_prediction):
    """Each gets its own, in its place."""
    first, plain, again, other = record(
        _keyed(new_prediction(digit=1)),
        new_prediction(digit=2),
        _keyed(new_prediction(digit=1)),
        _keyed(new_prediction(digit=4), key="b"),
    )
    assert again.id == first.id
    assert [each.prediction.digit for each in history.page().predictions] == [4, 2, 1]
    assert (plain.prediction.digit, other.prediction.digit) == (2, 4)


def test_a_key_of_another_image_is_refused(history, record, new_prediction):
    """Nothing is stored for it, and the others are."""
    first, refused, other = record(
        _keyed(new_prediction()), _keyed(new_prediction(), content="y"), _keyed(new_prediction(), key="b")
    )
    assert isinstance(refused, Conflict)
    assert "'a' was sent with another file before" in str(refused)
    assert [each.id for each in history.page().predictions] == [other.id, first.id]


def test_two_users_may_use_the_same_key(record, users, new_prediction):
    """What one has stored is not answered to the other."""
    ada = users.create("ada")
    mine, hers = record(_keyed(new_prediction()), _keyed(new_prediction(ada.id), content="y"))
    assert (mine.user_id, hers.user_id) == (1, ada.id)
    assert mine.id != hers.id


def test_a_key_goes_with_its_prediction(store, record, users, new_prediction):
    """When a user's history is erased, nothing is left of it, and the key can be used anew."""
    (first,) = record(_keyed(new_prediction()))
    users.erase_history(1)
    with store.session() as cursor:
        assert cursor.execute("select count(*) from idempotency_keys").fetchone() == (0,)
    (fresh,) = record(_keyed(new_prediction(), content="y"))
    assert not fresh.repeated
    assert fresh.id != first.id


def test_keys_of_an_anonymised_user_are_forgotten(store, record, users, new_prediction):
    """A key is a text of theirs, and may name a device or a customer."""
    ada = users.create("ada").id
    record(_keyed(new_prediction(ada), key="Ada's phone"))
    users.anonymise(ada)
    with store.session() as cursor:
        assert cursor.execute("select count(*) from idempotency_keys").fetchone() == (0,)


@pytest.mark.parametrize("key", ["", "a" * (LONGEST_KEY + 1), "line\nbreak", "ключ"])
def test_a_key_that_cannot_be_one_is_refused(key):
    """The error says what is allowed."""
    with pytest.raises(InvalidValue, match="1 to 200 printable ASCII characters are allowed"):
        Sent(key)


def test_the_time_of_the_device_counts_unless_it_is_ahead():
    """A clock that is fast dates nothing into the future."""
    earlier = datetime.now(UTC) - timedelta(hours=3)
    assert Sent(device_time=earlier).created_at == earlier
    farthest = datetime.max.replace(tzinfo=timezone(timedelta(hours=-12)))
    for ahead in (datetime.now(UTC) + timedelta(days=2), farthest):
        assert Sent(device_time=ahead).created_at <= datetime.now(UTC)


@pytest.mark.parametrize(
    ("time", "words"),
    [
        (datetime.now(UTC) - timedelta(days=400), "at most 366 days ago is allowed"),
        (datetime.now(UTC).replace(tzinfo=None), "a time with an offset from UTC is needed"),
    ],
    ids=["too old", "without an offset"],
)
def test_a_time_that_makes_no_sense_is_refused(time, words):
    """The error says which is allowed."""
    with pytest.raises(InvalidValue, match=words):
        Sent(device_time=time)
