"""Numbers that are sent twice are stored once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from hwr_core.errors import Conflict, UserInactive
from hwr_core.records.number_rows import NewNumber, NumberRecord
from hwr_core.records.predictions import Source
from hwr_core.records.sent import Sent
from hwr_core.records.uploads import Upload
from tests.handwriting import drawing, number, png

FILE, OTHER = png(number("314")), png(number("42"))


@pytest.fixture
def send(workspace):
    """Send an image with a key, as a program does that may have lost the answer."""

    def send(key="a", file=FILE, **more) -> NumberRecord:
        sent = workspace.start_read_and_keep_number(file, source=Source.API, sent=Sent(key), **more).result()
        assert isinstance(sent, NumberRecord)
        return sent

    return send


def _stored_ids(workspace) -> list[int]:
    return [each.id for each in workspace.numbers.page().numbers]


def _keys(workspace) -> int:
    with workspace.store.session() as cursor:
        [(count,)] = cursor.execute("select count(*) from number_idempotency_keys").fetchall()
    return count


def test_a_key_stores_one_number_however_often_it_is_sent(workspace, send):
    """The second answer is the stored number with what users have said of it, marked as repeated."""
    first = send()
    workspace.numbers.correct(first.id, "315")
    again = send()
    assert (first.repeated, again.repeated) == (False, True)
    assert again.id == first.id
    assert again.label is not None
    assert again.number.digits[0].box == first.number.digits[0].box
    assert _stored_ids(workspace) == [first.id]


def test_one_key_sent_by_many_at_once_stores_one_number(workspace, send):
    """All are read, since none is stored before; whichever is written first counts."""
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: send(), range(6)))
    assert len({each.id for each in found}) == 1
    assert [each.repeated for each in found].count(False) == 1
    assert len(_stored_ids(workspace)) == 1


def test_a_key_of_another_document_is_refused(workspace, send):
    """Nothing is stored for it, the file neither, and another key stores it."""
    first = send()
    with pytest.raises(Conflict, match="'a' was sent with another file before"):
        send(file=OTHER)
    assert len(list(workspace.settings.uploads.glob("??/*"))) == 1
    other = send("b", OTHER)
    assert _stored_ids(workspace) == [other.id, first.id]


def test_what_is_refused_leaves_no_file(workspace, send):
    """Neither its own nor that of a number beside it, whether the key came before or comes twice at once."""
    first = send()
    new = [
        NewNumber(1, Source.API, first.number, 0.01, upload=Upload.of(content), once=Sent(key).once(content))
        for key, content in (("b", b"beside"), ("c", b"twice"), ("c", b"otherwise"), ("a", b"other"))
    ]
    for refused in (new[:3], [new[0], new[3]]):
        with pytest.raises(Conflict):
            workspace.numbers.add_all(refused)
    assert _stored_ids(workspace) == [first.id]
    assert [each.name for each in workspace.settings.uploads.glob("??/*")] == [first.upload]


def test_a_key_of_a_digit_is_none_of_a_number(workspace, send):
    """The same image, read both ways with one key, is stored as both."""
    seven = png(drawing(7))
    digit = workspace.start_read_and_keep(seven, source=Source.API, sent=Sent("a")).result()
    assert not send(file=seven).repeated
    assert not digit.repeated


def test_two_users_may_use_the_same_key(workspace, send):
    """What one has stored is not answered to the other, nor to a user who is deactivated."""
    ada = workspace.users.create("Ada").id
    assert send().id != send(user_id=ada).id
    workspace.users.change(ada, is_active=False)
    with pytest.raises(UserInactive):
        send(user_id=ada)


def test_what_is_not_to_be_kept_uses_up_no_key(workspace, send):
    """Nor does an image without digits."""
    sent = Sent("a")
    workspace.start_read_and_keep_number(OTHER, keep=False, source=Source.API, sent=sent).result()
    blank = png(number("314") * 0 + 255)
    workspace.start_read_and_keep_number(blank, source=Source.API, sent=sent).result()
    assert not send().repeated


def test_a_key_goes_with_its_number(workspace, send):
    """When it is pruned, the key can be used anew."""
    send()
    workspace.prune(predictions_older_than=0)
    assert _keys(workspace) == 0
    assert not send(file=OTHER).repeated


def test_keys_of_an_anonymised_user_are_forgotten(workspace, send):
    """A key is a text of theirs, and may name a device or a customer."""
    ada = workspace.users.create("Ada").id
    send("Ada's phone", user_id=ada)
    workspace.users.anonymise(ada)
    assert _keys(workspace) == 0
    assert len(_stored_ids(workspace)) == 1


def test_the_time_of_the_device_is_the_numbers(workspace):
    """A program sends later what it has collected."""
    made = datetime.now(UTC) - timedelta(hours=3)
    kept = workspace.read_and_keep_number(FILE, source=Source.API, sent=Sent(device_time=made))
    assert isinstance(kept, NumberRecord)
    assert kept.timestamp == workspace.numbers.get(kept.id).timestamp == made
