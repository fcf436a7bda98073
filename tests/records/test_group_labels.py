"""Labels that are given to many predictions at once, and undone together."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from hwr_core.errors import InvalidValue, NotFound, UserInactive, UserNotFound
from hwr_core.events import Events
from hwr_core.records.events import LabelChanged
from hwr_core.records.feedback import FeedbackLog


@pytest.fixture
def many(record, new_prediction):
    """The ids of six predictions of a 7."""
    return [each.id for each in record(*[new_prediction(digit=7) for _ in range(6)])]


@pytest.fixture
def ada(users):
    """The id of a second user."""
    return users.create("ada").id


@pytest.fixture
def label_of(history):
    """What a prediction is labelled: a digit, None for no digit, or that it has no label."""

    def label_of(prediction_id):
        label = history.get(prediction_id).label
        return "no label" if label is None else label.digit

    return label_of


def test_many_predictions_get_one_label(feedback, history, many):
    """Each of those named, once, whether it is named twice or not; no other."""
    feedback.give_all([*many[:4], many[0]], actual_digit=1)
    assert [history.get(each).label and history.get(each).label.digit for each in many] == [1, 1, 1, 1, None, None]
    assert len(feedback.of_prediction(many[0])) == 1
    assert not feedback.of_prediction(many[0])[0].correct_prediction


def test_no_predictions_are_no_fault(feedback, many):
    """Nothing is labelled, and nothing undone."""
    moment = feedback.give_all([], actual_digit=1)
    assert feedback.undo_all([], moment=moment) == []
    assert feedback.of_user(1) == []


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ({"strangers": [99]}, NotFound),
        ({"strangers": [2**63]}, NotFound),
        ({"actual_digit": 10}, InvalidValue),
        ({"user_id": 99}, UserNotFound),
    ],
    ids=str,
)
def test_all_are_labelled_or_none(feedback, many, fault, error):
    """One that is not there, or a value that is not allowed, leaves the others as they were."""
    told = {"actual_digit": 1} | fault
    with pytest.raises(error):
        feedback.give_all([*many, *told.pop("strangers", [])], **told)
    assert feedback.of_user(1) == []


def test_undoing_restores_what_was_said_before(feedback, history, many, label_of):
    """A label of before counts again with its comment; one that there was not is gone; the log keeps all."""
    feedback.give(many[0], actual_digit=4, comments="a 4 with a hook")
    moment = feedback.give_all(many, actual_digit=None)
    assert {label_of(each) for each in many} == {None}
    assert sorted(feedback.undo_all(many, moment=moment)) == many
    assert [label_of(each) for each in many] == [4, *["no label"] * 5]
    [current] = feedback.of_user(1)
    assert current.comments == "a 4 with a hook"
    assert [each.actual_digit for each in feedback.of_prediction(many[0])] == [None, 4]
    assert feedback.undo_all(many, moment=moment) == []


def test_groups_are_undone_one_after_the_other(feedback, many, label_of):
    """The newest first, as often as there are some."""
    first = feedback.give_all(many[:4], actual_digit=1)
    second = feedback.give_all(many[2:], actual_digit=9)
    assert feedback.undo_all(many[2:], moment=second)
    assert [label_of(each) for each in many] == [1, 1, 1, 1, "no label", "no label"]
    assert feedback.undo_all(many[:4], moment=first)
    assert {label_of(each) for each in many} == {"no label"}


def test_undoing_leaves_what_was_said_since(feedback, ada, many, label_of):
    """A newer label stays: one's own, and those of another user, which are newer than what comes back too."""
    feedback.give(many[1], actual_digit=4)
    moment = feedback.give_all(many, actual_digit=1)
    feedback.give(many[0], actual_digit=2)
    feedback.give(many[1], user_id=ada, actual_digit=3)
    assert sorted(feedback.undo_all(many, moment=moment)) == many[1:]
    assert [label_of(each) for each in many] == [2, 3, *["no label"] * 4]


def test_nobody_undoes_the_labels_of_others(feedback, ada, many, label_of):
    """A group is that of the user who labelled it."""
    moment = feedback.give_all(many, user_id=ada, actual_digit=1)
    assert feedback.undo_all(many, moment=moment) == []
    assert {label_of(each) for each in many} == {1}


def test_two_who_label_at_once_lose_nothing(feedback, ada, many, history):
    """Both groups are in the log, one of them counts everywhere, and each can be undone for itself."""
    with ThreadPoolExecutor(2) as threads:
        given = dict(
            zip(
                (1, ada),
                threads.map(lambda user: feedback.give_all(many, user_id=user, actual_digit=user), (1, ada)),
                strict=True,
            )
        )
    assert len({history.get(each).label.digit for each in many}) == 1
    assert sorted(feedback.undo_all(many, user_id=ada, moment=given[ada])) == many
    assert {history.get(each).label.digit for each in many} == {1}


def test_a_verified_label_stays_verified_where_it_is_confirmed(feedback, history, many):
    """As when it is given to one."""
    feedback.give(many[0], actual_digit=7)
    feedback.verify(many[0])
    feedback.give_all(many, actual_digit=7)
    assert [history.get(each).label.verified for each in many] == [True, *[False] * 5]


def test_undoing_a_group_leaves_what_a_reviewer_confirmed(feedback, history, ada, many):
    """Before the group, which only agreed with it; and after it, of another label. Two who agreed are one again."""
    feedback.give(many[0], actual_digit=7)
    before = feedback.verify(many[0])
    moment = feedback.give_all(many, actual_digit=7)
    feedback.give(many[1], user_id=ada, actual_digit=1)
    after = feedback.verify(many[1])
    feedback.give(many[2], user_id=ada, actual_digit=7)
    assert sorted(feedback.undo_all(many, moment=moment)) == many
    assert [history.get(each).label for each in many[:2]] == [before, after]
    assert not history.get(many[2]).label.verified


def test_a_deactivated_user_undoes_nothing(feedback, users, ada, many, label_of):
    """Neither gives labels nor takes them back."""
    moment = feedback.give_all(many, user_id=ada, actual_digit=1)
    users.change(ada, is_active=False)
    with pytest.raises(UserInactive):
        feedback.give_all(many, user_id=ada, actual_digit=2)
    with pytest.raises(UserInactive):
        feedback.undo_all(many, user_id=ada, moment=moment)
    assert {label_of(each) for each in many} == {1}


def test_each_label_of_a_group_is_told(store, many):
    """Whoever listens learns of each prediction, when it is labelled and when that is undone."""
    heard = []
    events = Events()
    with events.subscribed(heard.append):
        log = FeedbackLog(store, events)
        moment = log.give_all(many, actual_digit=1)
        log.undo_all(many[:2], moment=moment)
    assert [(each.prediction_id, each.label and each.label.digit) for each in heard] == [
        *((each, 1) for each in many),
        *((each, None) for each in many[:2]),
    ]
    assert all(isinstance(each, LabelChanged) and each.owner == 1 for each in heard)
