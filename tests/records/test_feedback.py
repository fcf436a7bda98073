"""What people say of predictions, and the labels drawn from it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest

from hwr_core.errors import InvalidValue, NotFound, UserInactive, UserNotFound
from hwr_core.recognition.types import Verdict


@pytest.fixture
def seven(record, new_prediction):
    """The number of an image that was read as a 7."""
    return record(new_prediction(digit=7))[0].id


@pytest.fixture
def refused(record, new_prediction):
    """The number of an image that was refused."""
    return record(new_prediction(digit=None, verdict=Verdict.NOT_A_DIGIT))[0].id


def test_feedback_says_whether_the_prediction_was_right(feedback, seven, refused):
    """The true digit is compared with the digit read, not with any number; "no digit" agrees with a refusal."""
    assert feedback.give(seven, actual_digit=7).correct_prediction
    assert not feedback.give(seven, actual_digit=seven).correct_prediction
    assert not feedback.give(seven, actual_digit=None).correct_prediction
    assert feedback.give(refused, actual_digit=None).correct_prediction
    assert not feedback.give(refused, actual_digit=0).correct_prediction


def test_feedback_comes_back_as_it_was_given(feedback, seven):
    """Digit, rating and comment survive, with the time and who said it."""
    given = feedback.give(seven, actual_digit=1, confidence_rating=5, comments="A 1 with an upstroke; 'quoted' ü")
    assert feedback.of_prediction(seven) == feedback.of_user(1) == [given]


def test_a_later_word_replaces_the_earlier_and_keeps_its_trace(feedback, users, seven):
    """Of one person the last word stands; the one before is kept and marked; another person's is not touched."""
    ada = users.create("ada")
    hers = feedback.give(seven, user_id=ada.id, actual_digit=7)
    first = feedback.give(seven, actual_digit=1)
    second = feedback.give(seven, actual_digit=9)
    trail = feedback.of_prediction(seven)
    assert [each.id for each in trail] == [second.id, first.id, hers.id]
    assert [each.replaced_at for each in trail] == [None, second.timestamp, None]
    assert [each.id for each in feedback.of_user(1)] == [second.id]


def test_the_newest_word_is_the_label(feedback, users, history, seven):
    """The label follows what was said last, whoever said it."""
    ada = users.create("ada")
    feedback.give(seven, actual_digit=1)
    feedback.give(seven, user_id=ada.id, actual_digit=4)
    assert history.get(seven).label.digit == 4
    feedback.give(seven, actual_digit=1, comments="still a 1")
    assert history.get(seven).label.digit == 1


def test_two_users_who_agree_verify_a_label(feedback, users, history, seven):
    """A label is verified when a second person says the same, and no longer when they differ."""
    ada = users.create("ada")
    feedback.give(seven, actual_digit=7)
    feedback.give(seven, actual_digit=7)
    assert not history.get(seven).label.verified
    feedback.give(seven, user_id=ada.id, actual_digit=7)
    assert history.get(seven).label.verified
    feedback.give(seven, user_id=ada.id, actual_digit=1)
    assert not history.get(seven).label.verified


def test_a_reviewer_verifies_a_label_until_something_else_is_said(feedback, history, seven):
    """A check holds while the same is said again, and can be taken back."""
    feedback.give(seven, actual_digit=7)
    assert feedback.verify(seven).verified
    feedback.give(seven, actual_digit=7, comments="yes")
    assert history.get(seven).label.verified
    assert not feedback.verify(seven, verified=False).verified
    feedback.verify(seven)
    feedback.give(seven, actual_digit=1)
    assert not history.get(seven).label.verified


def test_what_has_no_label_cannot_be_verified(feedback, seven):
    """There is nothing to check while nobody has said anything."""
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
def test_what_makes_no_sense_is_refused(feedback, seven, fault):
    """A digit, rating or comment out of range is refused with the range, and nothing is recorded."""
    with pytest.raises(InvalidValue, match="allowed"):
        feedback.give(seven, **fault)
    assert feedback.of_prediction(seven) == []


@pytest.mark.parametrize("stranger", [2, 0, -1, 2**63])
def test_neither_orphan_predictions_nor_orphan_users(feedback, seven, stranger):
    """Feedback needs a reading and a user who exist; afterwards the store works on."""
    with pytest.raises(NotFound):
        feedback.give(stranger, actual_digit=7)
    with pytest.raises(UserNotFound):
        feedback.give(seven, user_id=stranger, actual_digit=7)
    assert feedback.give(seven, actual_digit=7).correct_prediction


def test_a_deactivated_user_has_no_say(feedback, users, seven):
    """Who is deactivated cannot give feedback."""
    ada = users.create("ada")
    users.change(ada.id, is_active=False)
    with pytest.raises(UserInactive):
        feedback.give(seven, user_id=ada.id, actual_digit=7)


def test_feedback_given_at_once_leaves_one_that_stands(feedback, history, seven):
    """Of twenty words of one person at the same moment one stands, and the label is that one's."""
    with ThreadPoolExecutor(20) as threads:
        list(threads.map(lambda digit: feedback.give(seven, actual_digit=digit % 10), range(20)))
    standing = feedback.of_user(1)
    assert len(feedback.of_prediction(seven)) == 20
    assert [each.actual_digit for each in standing] == [history.get(seven).label.digit]


def test_what_is_taken_back_leaves_no_label_but_its_trace(feedback, history, seven):
    """Nothing stands any more, as if nothing had been said; what was said is kept and marked."""
    given = feedback.give(seven, actual_digit=1)
    assert feedback.withdraw(seven) is None
    assert history.get(seven).label is None
    assert feedback.of_user(1) == []
    [trace] = feedback.of_prediction(seven)
    assert (trace.id, trace.actual_digit) == (given.id, 1)
    assert trace.replaced_at


def test_taking_back_restores_what_another_user_said(feedback, users, history, seven):
    """The label that stood before stands again, verified only while two others agree on it."""
    ada, bob, eve = (users.create(name).id for name in ("ada", "bob", "eve"))
    feedback.give(seven, user_id=ada, actual_digit=4)
    feedback.give(seven, user_id=bob, actual_digit=1)
    feedback.give(seven, user_id=eve, actual_digit=None)
    assert feedback.withdraw(seven, user_id=eve).digit == 1
    label = feedback.withdraw(seven, user_id=bob)
    assert (label.digit, label.verified) == (4, False)
    assert history.get(seven).label == label
    assert [each.user_id for each in feedback.of_prediction(seven) if each.replaced_at is None] == [ada]


def test_taking_back_an_earlier_word_leaves_the_newer_label(feedback, users, history, seven):
    """What another person said since stands on; that two agreed is no longer so."""
    ada = users.create("ada").id
    feedback.give(seven, user_id=ada, actual_digit=7)
    feedback.give(seven, actual_digit=7)
    assert history.get(seven).label.verified
    label = feedback.withdraw(seven, user_id=ada)
    assert (label.digit, label.verified) == (7, False)


def test_a_user_takes_back_everything_and_may_speak_again(feedback, history, seven):
    """An earlier word of the same person does not come back, and a later one is as good as the first."""
    feedback.give(seven, actual_digit=1)
    feedback.give(seven, actual_digit=9)
    assert feedback.withdraw(seven) is None
    feedback.give(seven, actual_digit=7)
    assert history.get(seven).label.digit == 7
    assert [each.actual_digit for each in feedback.of_user(1)] == [7]


def test_what_nobody_said_cannot_be_taken_back(feedback, users, history, seven):
    """Neither twice, nor another's word, nor of a prediction or by a person that do not exist; what stands, stands."""
    ada = users.create("ada").id
    feedback.give(seven, user_id=ada, actual_digit=4)
    with pytest.raises(NotFound, match="default says nothing of prediction"):
        feedback.withdraw(seven)
    for stranger in (99, -1, 2**63):
        with pytest.raises(NotFound):
            feedback.withdraw(stranger)
        with pytest.raises(UserNotFound):
            feedback.withdraw(seven, user_id=stranger)
    assert history.get(seven).label.digit == 4
    feedback.withdraw(seven, user_id=ada)
    with pytest.raises(NotFound, match="says nothing of prediction"):
        feedback.withdraw(seven, user_id=ada)


def test_a_deactivated_user_takes_nothing_back(feedback, users, history, seven):
    """Who is deactivated cannot change the labels, not even by silence."""
    ada = users.create("ada").id
    feedback.give(seven, user_id=ada, actual_digit=4)
    users.change(ada, is_active=False)
    with pytest.raises(UserInactive):
        feedback.withdraw(seven, user_id=ada)
    assert history.get(seven).label.digit == 4


def test_what_stands_since_a_moment_is_counted(feedback, users, seven, refused):
    """A person's own words alone, each prediction once, none that was taken back or said before."""
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
