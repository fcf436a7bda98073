"""Looking through the history: pages, filters, counts, and the images behind predictions."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hwr_core.errors import InvalidValue, NotFound, UserNotFound
from hwr_core.recognition.types import NONE, Verdict
from hwr_core.records.filters import HistoryFilter, Labelled
from hwr_core.records.history import History
from hwr_core.records.predictions import Source
from hwr_core.records.uploads import Upload

START = datetime(2026, 3, 1, tzinfo=UTC)


def _ids(predictions):
    return [each.id for each in predictions]


@pytest.fixture
def kept(record, users, new_prediction):
    """Eight predictions, ids 1 to 8, that differ in everything a filter may ask for."""
    users.create("ada")
    return record(
        new_prediction(digit=0, confidence=0.2),
        new_prediction(digit=1, confidence=0.5, source=Source.UPLOAD),
        new_prediction(digit=1, confidence=1.0, version="v2-fffff"),
        new_prediction(2, digit=1, created_at=START),
        new_prediction(2, digit=7, created_at=START + timedelta(days=1)),
        new_prediction(digit=None, verdict=Verdict.NOT_A_DIGIT, confidence=0.1),
        new_prediction(digit=None, verdict=Verdict.NOT_A_DIGIT, confidence=0.1),
        new_prediction(digit=4, verdict=Verdict.UNSURE, confidence=0.6),
    )


@pytest.fixture
def labelled(kept, feedback):
    """Of these, four labelled: 2 is a 1, 3 is a 7, 6 is no digit, 7 is a 5."""
    for prediction_id, actual in ((2, 1), (3, 7), (6, None), (7, 5)):
        feedback.give(prediction_id, actual_digit=actual)


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        ({}, [8, 7, 6, 5, 4, 3, 2, 1]),
        ({"user_id": 2}, [5, 4]),
        ({"digit": 1}, [4, 3, 2]),
        ({"digit": NONE}, [7, 6]),
        ({"verdict": Verdict.UNSURE}, [8]),
        ({"confidence_from": 0.5, "confidence_to": 0.6}, [8, 2]),
        ({"confidence_to": 0.2}, [7, 6, 1]),
        ({"source": Source.UPLOAD}, [2]),
        ({"model_version": "v2-fffff"}, [3]),
        ({"since": START, "until": START + timedelta(days=1)}, [4]),
        ({"until": START + timedelta(days=1, microseconds=1)}, [5, 4]),
        ({"labelled": Labelled.ANY}, [7, 6, 3, 2]),
        ({"labelled": Labelled.NO}, [8, 5, 4, 1]),
        ({"labelled": Labelled.RIGHT}, [6, 2]),
        ({"labelled": Labelled.WRONG}, [7, 3]),
        ({"actual_digit": 7}, [3]),
        ({"actual_digit": NONE}, [6]),
        ({"digit": NONE, "actual_digit": 5}, [7]),
        ({"digit": 1, "user_id": 1, "labelled": Labelled.WRONG, "confidence_from": 0.9}, [3]),
        ({"model_version": "'; drop table predictions; --"}, []),
    ],
    ids=str,
)
def test_a_filter_matches_what_it_says(history, labelled, chosen, found):
    """Each field narrows the page and the count alike, alone and together."""
    chosen = HistoryFilter(**chosen)
    assert _ids(history.page(chosen).predictions) == found
    assert history.count(chosen) == len(found)


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"digit": 12}, "digit is 12; 0 to 9"),
        ({"script": "klingon"}, "no script 'klingon'; there are western, arabic"),
        ({"actual_digit": -1}, "actual_digit is -1"),
        ({"confidence_from": 0.9, "confidence_to": 0.1}, "is 0.9 to 0.1"),
        ({"confidence_to": 1.5}, "1.5"),
        ({"confidence_from": float("nan")}, "nan"),
        ({"since": datetime(2026, 1, 1)}, "needs an offset"),  # noqa: DTZ001  the fault in question
        ({"since": START, "until": START - timedelta(1)}, "since is later than until"),
    ],
    ids=str,
)
def test_a_filter_that_makes_no_sense_is_refused(chosen, words):
    """A filter that cannot match anything is refused with the reason, not answered by an empty page."""
    with pytest.raises(InvalidValue, match=words):
        HistoryFilter(**chosen)


def test_a_filter_on_an_unknown_user_is_refused(history, kept):
    """A user who does not exist is not a user without predictions."""
    for stranger in (3, 0, 2**63):
        with pytest.raises(UserNotFound):
            history.page(HistoryFilter(user_id=stranger))
        with pytest.raises(UserNotFound):
            history.count(HistoryFilter(user_id=stranger))


def test_pages_join_without_gap_or_overlap_while_rows_arrive(history, record, new_prediction):
    """Who pages through sees each prediction once, newest first, whatever is added meanwhile."""
    record(*(new_prediction() for _ in range(25)))
    seen, cursor = [], None
    while True:
        page = history.page(limit=10, before=cursor)
        seen += _ids(page.predictions)
        record(new_prediction(), new_prediction())
        cursor = page.next
        if cursor is None:
            break
    assert seen == list(range(25, 0, -1))


def test_a_last_page_that_is_full_has_no_next(history, kept):
    """Eight predictions are one page of eight or two of four, never a page of none."""
    assert history.page(limit=8).next is None
    first = history.page(limit=4)
    assert history.page(limit=4, before=first.next).next is None


@pytest.mark.parametrize("limit", [0, -1])
def test_a_page_has_a_limit(history, limit):
    """One below 1 is refused: a negative one does not dump everything."""
    with pytest.raises(InvalidValue, match=f"limit is {limit}; 1 or more is allowed"):
        history.page(limit=limit)


def test_a_page_is_never_longer_than_the_setting(store, uploads, kept):
    """A larger limit is cut to it, and the next page goes on from there."""
    page = History(store, uploads, max_page=3).page(limit=10**30)
    assert len(page.predictions) == 3
    assert page.next == page.predictions[-1].id


def test_a_cursor_that_cannot_be_an_id_is_refused(history, kept):
    """A number beyond the database's is an error in words; one before all predictions is an empty page."""
    with pytest.raises(InvalidValue, match="before is"):
        history.page(before=2**63)
    assert history.page(before=0).predictions == ()


def test_a_label_comes_with_its_prediction(history, labelled):
    """A prediction is read with its label, one without feedback with none."""
    right, wrong, silent = history.get(2), history.get(3), history.get(1)
    assert (right.label.digit, right.is_right) == (1, True)
    assert (wrong.label.digit, wrong.is_right, wrong.label.verified) == (7, False, False)
    assert (silent.label, silent.is_right) == (None, None)


@pytest.mark.parametrize("prediction_id", [11, -1, 2**63])
def test_an_unknown_prediction_is_not_found(history, kept, prediction_id):
    """An id without a prediction is a NotFound that names it."""
    with pytest.raises(NotFound, match=f"no prediction {prediction_id}"):
        history.get(prediction_id)


def test_some_predictions_come_in_the_order_asked_for(history, kept):
    """Without those that are not there, which are no fault: others may have removed them meanwhile."""
    assert _ids(history.some([3, 99, 1, -1, 2**63, 7])) == [3, 1, 7]
    assert history.some([]) == []


def test_an_image_that_was_not_kept_or_is_damaged_is_not_found(history, record, uploads, new_prediction):
    """Only the very bytes that were sent are given back."""
    without, damaged, gone = record(
        new_prediction(), new_prediction(upload=Upload.of(b"damaged")), new_prediction(upload=Upload.of(b"gone"))
    )
    Path(uploads.address(damaged.upload)).write_bytes(b"other")
    Path(uploads.address(gone.upload)).unlink()
    for each, words in ((without, "was not kept"), (damaged, "is damaged"), (gone, "no longer exists")):
        with pytest.raises(NotFound, match=words):
            history.upload(each.id)


def test_the_models_of_the_history_are_named(history, kept):
    """Each version that made predictions is named once, newest first."""
    assert history.model_versions() == ["v2-fffff", "v1-abcde"]
