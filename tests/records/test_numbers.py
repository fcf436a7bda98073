"""Kept numbers on a real database: what was read comes back, what users say is kept, and it all goes when it should."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.errors import InvalidValue, NotFound, UserInactive, UserNotFound
from hwr_core.recognition.types import NumberPrediction
from hwr_core.records.filters import Labelled
from hwr_core.records.number_filter import NumberFilter
from hwr_core.records.number_rows import NumberRecord
from hwr_core.records.numbers import MAX_TEXT
from hwr_core.records.predictions import Source
from hwr_core.settings import Settings
from tests.handwriting import number, png

FILE = png(number("314"))


@pytest.fixture
def workspace(settings: Settings):
    """A workspace of its own."""
    with Workspace(settings) as workspace:
        yield workspace


def kept(workspace: Workspace, file: bytes = FILE, **more) -> NumberRecord:
    """Read and keep a number."""
    record = workspace.read_and_keep_number(file, source=Source.UPLOAD, file_name="form.png", **more)
    assert isinstance(record, NumberRecord)
    return record


def test_what_was_read_comes_back(workspace):
    """Every field, boxes and candidates included, but for the improbable candidates; and the file itself."""
    one = kept(workspace, pattern="digits 3")
    found = workspace.numbers.get(one.id)
    assert (found.number.text, found.number.fits, found.pattern, found.number.lines) == (
        "314",
        True,
        "digits 3",
        one.number.lines,
    )
    assert [(each.digit, each.box, each.line) for each in found.number.digits] == [
        (each.digit, each.box, each.line) for each in one.number.digits
    ]
    assert found.number.digits[0].candidates[0].digit == 3
    assert (found.file_name, found.user_id, found.source, found.label) == ("form.png", 1, Source.UPLOAD, None)
    assert workspace.numbers.upload(one.id) == FILE
    assert datetime.now(UTC) - found.timestamp < timedelta(minutes=1)


def test_an_image_without_digits_is_not_kept(workspace):
    """It comes back as it is; a user who does not exist is refused all the same."""
    blank = png(np.full((100, 200), 255, np.uint8))
    assert isinstance(workspace.read_and_keep_number(blank, source=Source.API), NumberPrediction)
    assert workspace.numbers.count() == 0
    with pytest.raises(UserNotFound):
        workspace.read_and_keep_number(blank, source=Source.API, user_id=9)


def test_only_active_users_keep_numbers(workspace):
    """Nothing is written for others, the file neither."""
    ada = workspace.users.create("Ada").id
    workspace.users.change(ada, is_active=False)
    for user_id, error in ((ada, UserInactive), (77, UserNotFound)):
        with pytest.raises(error):
            workspace.read_and_keep_number(FILE, source=Source.API, user_id=user_id)
    assert workspace.numbers.count() == 0
    assert not any(workspace.settings.uploads.glob("??/*"))


def test_pages_go_back_in_time_and_filters_choose(workspace):
    """Newest first; each filter finds what it names."""
    ids = [
        kept(workspace, png(number(text)), pattern=pattern).id
        for text, pattern in (("27", None), ("318", "range 900-999"), ("42", "digits 2"))
    ]
    first = workspace.numbers.page(limit=2)
    assert [each.id for each in first.numbers] == ids[:0:-1]
    assert [each.id for each in workspace.numbers.page(limit=2, before=first.next).numbers] == ids[:1]

    def texts(**chosen) -> list[str]:
        return [each.number.text for each in workspace.numbers.page(NumberFilter(**chosen)).numbers]

    assert texts(text="1") == ["318"]
    assert texts(fits=True) == ["42"]
    assert texts(pattern="range 900-999") == ["318"]
    assert texts(source=Source.API) == []
    assert texts(until=datetime.now(UTC) - timedelta(hours=1)) == []
    assert sorted(texts(confidence_from=0.0, confidence_to=1.0)) == ["27", "318", "42"]
    assert len(texts(accepted=True)) + len(texts(accepted=False)) == 3
    workspace.numbers.correct(ids[0], "27")
    workspace.numbers.correct(ids[1], "319")
    assert [texts(labelled=each) for each in (Labelled.RIGHT, Labelled.WRONG, Labelled.NO)] == [["27"], ["318"], ["42"]]
    assert workspace.numbers.count(NumberFilter(labelled=Labelled.ANY)) == 2


def test_the_newest_word_counts_and_none_is_lost(workspace):
    """A user's second word replaces the first; without the second user's, the first one's counts again."""
    one = kept(workspace)
    ada = workspace.users.create("Ada").id
    workspace.numbers.correct(one.id, "315", comments="an open 4")
    workspace.numbers.correct(one.id, " 3 1 4 \n\n")
    workspace.numbers.correct(one.id, "999", user_id=ada)
    assert workspace.numbers.get(one.id).label.text == "999"
    assert [(each.text, each.replaced_at is None) for each in workspace.numbers.feedback(one.id)] == [
        ("999", True),
        ("314", True),
        ("315", False),
    ]
    workspace.users.erase_history(ada)
    found = workspace.numbers.get(one.id)
    assert (found.label.text, found.is_right) == ("314", True)


@pytest.mark.parametrize(
    ("text", "words"), [("12.5", r"'\.'"), ("x", "digits are allowed"), ("1" * (MAX_TEXT + 1), "at most")]
)
def test_what_is_no_number_is_refused(workspace, text, words):
    """The message names the sign; nothing is recorded."""
    one = kept(workspace)
    with pytest.raises(InvalidValue, match=words):
        workspace.numbers.correct(one.id, text)
    assert workspace.numbers.feedback(one.id) == []


def test_digits_of_any_script_may_be_written(workspace):
    """They are kept as 0 to 9; numerals whose symbols are worth more stay as they are."""
    one = kept(workspace)
    for written, text in (("٣١٤", "314"), ("೩೧ ೪", "314"), ("三百一十四", "三百一十四")):
        workspace.numbers.correct(one.id, written)
        assert workspace.numbers.get(one.id).label.text == text


@pytest.mark.parametrize("number_id", [0, 7, 2**80])
def test_a_number_that_does_not_exist_is_not_found(workspace, number_id):
    """By any of the calls about one."""
    for call in (
        workspace.numbers.get,
        workspace.numbers.upload,
        workspace.numbers.feedback,
        lambda each: workspace.numbers.correct(each, "1"),
    ):
        with pytest.raises(NotFound):
            call(number_id)


def test_numbers_go_with_their_user_and_with_time(workspace):
    """The file too, unless a digit's prediction was made of the same one."""
    ada = workspace.users.create("Ada").id
    mine, hers = kept(workspace), kept(workspace, png(number("42")), user_id=ada)
    workspace.read_and_keep(FILE, source=Source.API)
    workspace.users.delete(ada)
    with pytest.raises(NotFound):
        workspace.numbers.get(hers.id)
    assert len(list(workspace.settings.uploads.glob("??/*"))) == 1
    assert workspace.prune(predictions_older_than=0).predictions == 2
    assert workspace.numbers.count() == 0
    assert not any(workspace.settings.uploads.glob("??/*"))
    assert mine.upload is not None


def test_numbers_are_exported(workspace):
    """As CSV, JSON Lines and Parquet, and in a user's own data."""
    kept(workspace)
    for kind in ("csv", "jsonl", "parquet"):
        assert b"".join(workspace.exports.numbers(kind))
    assert b'"314"' in b"".join(workspace.exports.numbers("csv"))
    assert b'"text": "314"' in b"".join(workspace.exports.user(1, "json"))
    with pytest.raises(UserNotFound):
        workspace.exports.numbers("csv", NumberFilter(user_id=9))
