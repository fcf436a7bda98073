"""Feedback on predictions, and the labels that follow from it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from hwr_core.errors import InvalidValue, NotFound, UserInactive, UserNotFound
from hwr_core.recognition.types import Verdict


@pytest.fixture
def seven(record, new_prediction):
    """The id of a prediction of a 7."""
    return record(new_prediction(digit=7))[0].id


@pytest.fixture
def refused(record, new_prediction):
    """The id of a prediction that was rejected as no digit."""
    return record(new_prediction(digit=None, verdict=Verdict.NOT_A_DIGIT))[0].id


def test_feedback_says_whether_the_prediction_was_right(feedback, seven, refused):
    """The true digit is compared with the predicted one, not with an id; "no digit" agrees with a rejection."""
    assert feedback.give(seven, actual_digit=7).correct_prediction
    assert not feedback.give(seven, actual_digit=seven).correct_prediction
    assert not feedback.give(seven, actual_digit=None).correct_prediction
    assert feedback.give(refused, actual_digit=None).correct_prediction
    assert not feedback.give(refused, actual_digit=0).correct_prediction


def test_feedback_comes_back_as_it_was_given(feedback, seven):
    """Digit, rating and comment survive, with the time and the user."""
    given = feedback.give(seven, actual_digit=1, confidence_rating=5, comments="A 1 with an upstroke; 'quoted' ü")
    assert feedback.of_prediction(seven) == feedback.of_user(1) == [given]


def test_relabelling_replaces_the_earlier_feedback_and_keeps_it_in_the_log(feedback, users, seven):
    """A user's newest feedback counts; the earlier one is kept, marked as replaced; that of others is not touched."""
    ada = users.create("ada")
    hers = feedback.give(seven, user_id=ada.id, actual_digit=7)
    first = feedback.give(seven, actual_digit=1)
    second = feedback.give(seven, actual_digit=9)
    trail = feedback.of_prediction(seven)
    assert [each.id for each in trail] == [second.id, first.id, hers.id]
    assert [each.replaced_at for each in trail] == [None, second.timestamp, None]
    assert [each.id for each in feedback.of_user(1)] == [second.id]


def test_the_newest_feedback_is_the_label(feedback, users, history, seven):
    """The label follows the newest feedback, whoever gave it."""
    ada = users.create("ada")
    feedback.give(seven, actual_digit=1)
    feedback.give(seven, user_id=ada.id, actual_digit=4)
    assert history.get(seven).label.digit == 4
    feedback.give(seven, actual_digit=1, comments="still a 1")
    assert history.get(seven).label.digit == 1


def test_two_users_who_agree_verify_a_label(feedback, users, history, seven):
    """A label is verified when a second user agrees, and no longer when they differ."""
    ada = users.create("ada")
    feedback.give(seven, actual_digit=7)
    feedback.give(seven, actual_digit=7)
    assert not history.get(seven).label.verified
    feedback.give(seven, user_id=ada.id, actual_digit=7)
    assert history.get(seven).label.verified
    feedback.give(seven, user_id=ada.id, actual_digit=1)
    assert not history.get(seven).label.verified


def test_a_reviewer_verifies_a_label_until_it_is_relabelled(feedback, history, seven):
    """A label stays verified when it is confirmed, and the mark can be removed."""
    feedback.give(seven, actual_digit=7)
    assert feedback.verify(seven).verified
    feedback.give(seven, actual_digit=7, comments="yes")
    assert history.get(seven).label.verified
    assert not feedback.verify(seven, verified=False).verified
    feedback.verify(seven)
    feedback.give(seven, actual_digit=1)
    assert not history.get(seven).label.verified


def test_a_prediction_without_a_label_cannot_be_verified(feedback, seven):
    """There is nothing to verify while a prediction has no feedback."""
    for prediction_id in (seven, 99, 2**63):
        with pytest.raises(NotFound, match="no label to verify"):
            feedback.verify(prediction_id)


@pytest.mark.parametrize(
    "fault",
    [
        {"actual_digit": 10},
        {"actual_digit": 99},
        {"actual_digit": -1},
        {"actual_digit": 7, "confidence_rating": 0},
        {"actual_digit": 7, "confidence_rating": 6},
        {"actual_digit": 7, "confidence_rating": -5},
        {"actual_digit": 7, "comments": "x" * 2001},
    ],
    ids=str,
)
def test_values_out_of_range_are_refused(feedback, seven, fault):
    """A digit, rating or comment out of range is refused with the range, and nothing is recorded."""
    with pytest.raises(InvalidValue, match="allowed"):
        feedback.give(seven, **fault)
    assert feedback.of_prediction(seven) == []


@pytest.mark.parametrize("stranger", [2, 0, -1, 2**63])
def test_neither_orphan_predictions_nor_orphan_users(feedback, seven, stranger):
    """Feedback needs a prediction and a user that exist; the store goes on working afterwards."""
    with pytest.raises(NotFound):
        feedback.give(stranger, actual_digit=7)
    with pytest.raises(UserNotFound):
        feedback.give(seven, user_id=stranger, actual_digit=7)
    assert feedback.give(seven, actual_digit=7).correct_prediction


def test_a_deactivated_user_gives_no_feedback(feedback, users, seven):
    """Feedback of a deactivated user is refused."""
    ada = users.create("ada")
    users.change(ada.id, is_active=False)
    with pytest.raises(UserInactive):
        feedback.give(seven, user_id=ada.id, actual_digit=7)


def test_of_feedback_given_at_once_one_is_current(feedback, history, seven):
    """Of twenty labels of one user at the same moment one is current, and the prediction has that label."""
    with ThreadPoolExecutor(20) as threads:
        list(threads.map(lambda digit: feedback.give(seven, actual_digit=digit % 10), range(20)))
    standing = feedback.of_user(1)
    assert len(feedback.of_prediction(seven)) == 20
    assert [each.actual_digit for each in standing] == [history.get(seven).label.digit]


def test_removing_a_label_keeps_the_feedback_in_the_log(feedback, history, seven):
    """The prediction has no label any more; the feedback is kept, marked as replaced."""
    given = feedback.give(seven, actual_digit=1)
    assert feedback.withdraw(seven) is None
    assert history.get(seven).label is None
    assert feedback.of_user(1) == []
    [trace] = feedback.of_prediction(seven)
    assert (trace.id, trace.actual_digit) == (given.id, 1)
    assert trace.replaced_at


def test_removing_a_label_restores_that_of_another_user(feedback, users, history, seven):
    """The label before counts again, verified only while two others agree on it."""
    ada, bob, eve = (users.create(name).id for name in ("ada", "bob", "eve"))
    feedback.give(seven, user_id=ada, actual_digit=4)
    feedback.give(seven, user_id=bob, actual_digit=1)
    feedback.give(seven, user_id=eve, actual_digit=None)
    assert feedback.withdraw(seven, user_id=eve).digit == 1
    label = feedback.withdraw(seven, user_id=bob)
    assert (label.digit, label.verified) == (4, False)
    assert history.get(seven).label == label
    assert [each.user_id for each in feedback.of_prediction(seven) if each.replaced_at is None] == [ada]


def test_removing_an_earlier_label_leaves_the_newer_one(feedback, users, history, seven):
    """The newer label of another user stays; it is no longer one that two agree on."""
    ada = users.create("ada").id
    feedback.give(seven, user_id=ada, actual_digit=7)
    feedback.give(seven, actual_digit=7)
    assert history.get(seven).label.verified
    label = feedback.withdraw(seven, user_id=ada)
    assert (label.digit, label.verified) == (7, False)


def test_a_user_removes_a_label_and_may_label_again(feedback, history, seven):
    """An earlier label of the same user does not come back, and a later one counts like the first."""
    feedback.give(seven, actual_digit=1)
    feedback.give(seven, actual_digit=9)
    assert feedback.withdraw(seven) is None
    feedback.give(seven, actual_digit=7)
    assert history.get(seven).label.digit == 7
    assert [each.actual_digit for each in feedback.of_user(1)] == [7]


def test_a_label_that_a_user_has_not_given_cannot_be_removed(feedback, users, history, seven):
    """Not twice, not another user's, not of a prediction or by a user that does not exist; the labels stay."""
    ada = users.create("ada").id
    feedback.give(seven, user_id=ada, actual_digit=4)
    with pytest.raises(NotFound, match="default has not labelled prediction"):
        feedback.withdraw(seven)
    for stranger in (99, -1, 2**63):
        with pytest.raises(NotFound):
            feedback.withdraw(stranger)
        with pytest.raises(UserNotFound):
            feedback.withdraw(seven, user_id=stranger)
    assert history.get(seven).label.digit == 4
    feedback.withdraw(seven, user_id=ada)
    with pytest.raises(NotFound, match="has not labelled prediction"):
        feedback.withdraw(seven, user_id=ada)


def test_a_deactivated_user_removes_no_label(feedback, users, history, seven):
    """A deactivated user cannot change labels, not even by removing their own."""
    ada = users.create("ada").id
    feedback.give(seven, user_id=ada, actual_digit=4)
    users.change(ada, is_active=False)
    with pytest.raises(UserInactive):
        feedback.withdraw(seven, user_id=ada)
    assert history.get(seven).label.digit == 4


def test_labels_since_a_moment_are_counted(feedback, users, seven, refused):
    """Only a user's own labels count, each prediction once, without those removed or given before."""
    began = datetime.now(UTC)
    ada = users.create("ada").id
    for digit in (1, 9):
        feedback.give(seven, actual_digit=digit)
    feedback.give(refused, actual_digit=None)
    feedback.give(seven, user_id=ada, actual_digit=7)
    assert feedback.count(since=began) == 2
    feedback.withdraw(refused)
    assert feedback.count(since=began) == 1
    assert feedback.count(since=datetime.now(UTC)) == 0
    with pytest.raises(UserNotFound):
        feedback.count(user_id=99, since=began)
