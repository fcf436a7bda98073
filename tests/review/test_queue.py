"""The queues of unlabelled predictions, and the probabilities of labelled ones."""

import numpy as np
import pytest

from hwr_core.errors import InvalidValue
from hwr_core.recognition.types import Verdict
from hwr_core.review.queue import LEAST_SURE, REJECTED, ReviewQueue


@pytest.fixture
def queue(store):
    """The queues of the store, in pages of 100 at most."""
    return ReviewQueue(store, max_page=100)


@pytest.fixture
def read(record, new_prediction):
    """Store a prediction of a 7 with each of these confidences and return the ids."""

    def read(*confidences: float) -> list[int]:
        return [kept.id for kept in record(*(new_prediction(confidence=each) for each in confidences))]

    return read


@pytest.fixture
def refuse(record, new_prediction):
    """Store a rejected image with each of these confidences and return the ids."""

    def refuse(*confidences: float) -> list[int]:
        rows = [new_prediction(digit=None, verdict=Verdict.NOT_A_DIGIT, confidence=each) for each in confidences]
        return [kept.id for kept in record(*rows)]

    return refuse


def ids(predictions):
    """Return the ids of predictions."""
    return [kept.id for kept in predictions]


def test_the_least_sure_come_first(queue, read, refuse):
    """Predictions that name a digit wait in the order of their confidence, the older first of equals."""
    sure, unsure, middle, equal = read(0.99, 0.31, 0.7, 0.7)
    refuse(0.2)
    assert ids(queue.page(LEAST_SURE)) == [unsure, middle, equal, sure]
    assert queue.count(LEAST_SURE) == 4


def test_the_most_digit_like_of_the_rejected_come_first(queue, read, refuse):
    """Rejected images have a queue of their own, with the likeliest mistake first."""
    read(0.99)
    scribble, almost = refuse(0.12, 0.45)
    assert ids(queue.page(REJECTED)) == [almost, scribble]
    assert queue.count(REJECTED) == 2


def test_whoever_has_been_judged_waits_no_longer(queue, read, refuse, feedback):
    """A labelled prediction leaves the queue, also one of no digit, and returns when the label is removed."""
    first, second = read(0.3, 0.4)
    [refused] = refuse(0.2)
    feedback.give(first, actual_digit=7)
    feedback.give(refused, actual_digit=None)
    assert ids(queue.page(LEAST_SURE)) == [second]
    assert (queue.count(LEAST_SURE), queue.count(REJECTED)) == (1, 0)
    feedback.withdraw(first)
    assert ids(queue.page(LEAST_SURE)) == [first, second]


@pytest.mark.parametrize("kind", [LEAST_SURE, REJECTED], ids=["least sure", "rejected"])
def test_pages_follow_each_other_without_gap_or_repeat(queue, read, refuse, kind):
    """The page after the last one goes on there, also among equal confidences."""
    (read if kind is LEAST_SURE else refuse)(0.5, 0.3, 0.5, 0.5, 0.1, 0.5, 0.9)
    whole = queue.page(kind)
    pages, after = [], None
    while page := queue.page(kind, limit=2, after=after):
        pages += page
        after = page[-1]
    assert ids(pages) == ids(whole)
    assert len(whole) == 7


def test_the_images_come_along(queue, record, new_prediction):
    """A page holds whole predictions, so that nothing has to be fetched while a user looks at them."""
    [kept] = record(new_prediction(digit=3))
    [waiting] = queue.page(LEAST_SURE)
    assert np.array_equal(waiting.prediction.seen, kept.prediction.seen)
    assert waiting.prediction.probabilities == kept.prediction.probabilities


def test_an_empty_history_has_empty_queues(queue):
    """Nothing waits, and nothing fails."""
    assert queue.page(LEAST_SURE) == queue.page(REJECTED) == []
    assert queue.count(LEAST_SURE) == queue.count(REJECTED) == 0


@pytest.mark.parametrize("limit", [0, -1])
def test_a_page_has_a_limit(queue, limit):
    """One or more."""
    with pytest.raises(InvalidValue, match="1 or more is allowed"):
        queue.page(LEAST_SURE, limit=limit)


def test_predictions_come_in_the_order_asked_for(queue, read):
    """Deleted ones are left out."""
    first, second, third = read(0.5, 0.6, 0.7)
    assert ids(queue.get([second, 99, third, first])) == [second, third, first]


def test_what_models_made_of_labelled_predictions(queue, read, refuse, feedback):
    """Only labelled predictions, "no digit" as the eleventh label, with what is verified."""
    first, _, third = read(0.5, 0.6, 0.7)
    [refused] = refuse(0.2)
    feedback.give(third, actual_digit=1)
    feedback.give(refused, actual_digit=None)
    feedback.verify(third)
    feedback.give(first, actual_digit=7)
    known = queue.labelled_probabilities()
    assert known.ids.tolist() == [first, third, refused]
    assert known.labels.tolist() == [7, 1, 10]
    assert known.verified.tolist() == [False, True, False]
    assert known.probabilities.shape == (3, 10)
    assert known.probabilities[0].argmax() == 7


def test_without_labels_there_is_nothing_to_doubt(queue, read):
    """No label, no rows, and still ten columns."""
    read(0.5)
    assert queue.labelled_probabilities().probabilities.shape == (0, 10)
