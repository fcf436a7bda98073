"""Samples of predictions: all of few, an even part of many, and their accuracy."""

from datetime import UTC, datetime, timedelta

import numpy as np

from hwr_core.analytics.samples import named_digits, sample_inputs
from hwr_core.recognition.types import Verdict
from hwr_core.records.filters import HistoryFilter

NOON = datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_few_predictions_are_all_in_the_sample(store, record, new_prediction):
    """Each with its digit (10 for none), confidence, image and version."""
    first, second = new_prediction(digit=7), new_prediction(digit=None, verdict=Verdict.NOT_A_DIGIT, version="v2-abcde")
    record(first, second)
    found = sample_inputs(store, HistoryFilter(), 100)
    assert sorted(found.digits.tolist()) == [7, 10]
    assert found.confidence.tolist() == [0.91, 0.91]
    place = found.digits.tolist().index(7)
    np.testing.assert_array_equal(found.seen[place], first.prediction.seen)
    assert found.versions == {"v1-abcde", "v2-abcde"}


def test_an_empty_history_gives_an_empty_sample(store):
    """The arrays have the right shape and are empty."""
    found = sample_inputs(store, HistoryFilter(), 100)
    assert found.seen.shape == (0, 28, 28)
    assert not len(found.digits)


def test_of_many_about_so_many_are_taken_from_all_of_the_period(store, record, new_prediction):
    """Also where a program sends its images in turn: every tenth is a 0, and about a tenth of the sample is."""
    record(*(new_prediction(digit=number % 10) for number in range(3000)))
    found = sample_inputs(store, HistoryFilter(), 500)
    assert 450 <= len(found.digits) <= 550
    assert found.total == 3000
    assert all(30 <= count <= 70 for count in np.bincount(found.digits, minlength=10))
    again = sample_inputs(store, HistoryFilter(), 500)
    assert sorted(found.digits.tolist()) == sorted(again.digits.tolist())


def test_a_period_leaves_the_others_out(store, record, new_prediction):
    """From its first moment on, until before its end."""
    record(*(new_prediction(digit=hour, created_at=NOON + timedelta(hours=hour)) for hour in range(4)))
    found = sample_inputs(store, HistoryFilter(since=NOON + timedelta(hours=1), until=NOON + timedelta(hours=3)), 100)
    assert sorted(found.digits.tolist()) == [1, 2]


def test_confidence_is_of_predictions_that_name_a_digit(store, record, new_prediction, feedback):
    """Rejections do not count; labels are counted beside the predictions."""
    kept = record(
        new_prediction(digit=7, confidence=0.9),
        new_prediction(digit=3, confidence=0.7),
        new_prediction(digit=None, verdict=Verdict.NOT_A_DIGIT, confidence=0.1),
    )
    before = named_digits(store, HistoryFilter())
    assert (before.predictions, round(before.confidence, 6), before.labelled_confidence) == (2, 0.8, None)
    feedback.give(kept[0].id, actual_digit=7)
    feedback.give(kept[2].id, actual_digit=None)
    after = named_digits(store, HistoryFilter())
    assert after.labelled_confidence == 0.9


def test_without_a_prediction_there_is_no_confidence(store):
    """They are unknown, not zero."""
    found = named_digits(store, HistoryFilter())
    assert (found.predictions, found.confidence) == (0, None)
