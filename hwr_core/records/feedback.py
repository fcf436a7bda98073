"""Feedback on predictions: the true digit, a rating, a comment; and the label that follows from it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue, NotFound
from hwr_core.events import Events
from hwr_core.records.events import LabelChanged
from hwr_core.records.feedback_rows import (
    SELECT,
    Feedback,
    facts_of,
    feedback_from_row,
    insert_feedback,
    replace_feedback,
    undo_feedback,
)
from hwr_core.records.labels import Label, labels_of, settle_labels
from hwr_core.records.users import DEFAULT_USER, fits_bigint, get_active_user, get_user
from hwr_core.scripts.script import WESTERN, values_of

RATINGS = range(1, 6)
MAX_COMMENT = 2000


class FeedbackLog:
    """The feedback of one history. Safe to use from many threads."""

    def __init__(self, store: Store, events: Events) -> None:
        self._store = store
        self._events = events

    def give(
        self,
        prediction_id: int,
        *,
        user_id: int = DEFAULT_USER,
        actual_digit: int | None,
        confidence_rating: int | None = None,
        comments: str = "",
    ) -> Feedback:
        """Record a user's feedback on a prediction; earlier feedback of the same user is marked as replaced.

        Args:
            prediction_id: the stored prediction.
            user_id: who gives the feedback.
            actual_digit: the value of what the image shows, 0 to 9, or of another symbol of the script that it was read
                in; None for an image of no digit.
            confidence_rating: 1 to 5, how sure or satisfied the user is; None when not asked.
            comments: any text of up to 2,000 characters.

        Raises:
            InvalidValue: the digit, the rating or the comment is not allowed.
            NotFound: there is no such prediction.
            UserNotFound: there is no such user.
            UserInactive: the user is deactivated.
        """
        _check(confidence_rating, comments)
        given = Feedback(
            id=0,
            timestamp=datetime.now(UTC),
            prediction_id=prediction_id,
            user_id=user_id,
            actual_digit=actual_digit,
            correct_prediction=False,
            confidence_rating=confidence_rating,
            comments=comments,
        )
        [recorded] = self._record([prediction_id], given)
        return recorded

    def give_all(
        self, prediction_ids: Sequence[int], *, user_id: int = DEFAULT_USER, actual_digit: int | None
    ) -> datetime:
        """Give many predictions the same label, in one transaction: all of them or none.

        Returns the moment at which they were labelled, by which `undo_all` knows them.

        Args:
            prediction_ids: the stored predictions; one that is named twice is labelled once.
            user_id: who labels them.
            actual_digit: as for `give`; allowed for the scripts of all these predictions.

        Raises: what `give` raises.
        """
        given = Feedback(
            id=0,
            timestamp=datetime.now(UTC),
            prediction_id=0,
            user_id=user_id,
            actual_digit=actual_digit,
            correct_prediction=False,
            confidence_rating=None,
            comments="",
        )
        self._record([*dict.fromkeys(prediction_ids)], given)
        return given.timestamp

    def undo_all(self, prediction_ids: Sequence[int], *, user_id: int = DEFAULT_USER, moment: datetime) -> list[int]:
        """Undo what `give_all` did at a moment: what the user had said of these predictions before counts again.

        Labels that the user has given since then stay, and so do all labels by others, verified as they are where they
        need no word of this user. A verified label that `give_all` had replaced is verified again only where two users
        agree on it.

        Returns the ids of the predictions whose label was undone.

        Raises:
            UserNotFound: there is no such user.
            UserInactive: the user is deactivated.
        """
        with self._store.writing() as cursor:
            get_active_user(cursor, user_id)
            undone = undo_feedback(cursor, [each for each in prediction_ids if fits_bigint(each)], user_id, moment)
            read = facts_of(cursor, [*undone])
            before = labels_of(cursor, [*undone])
            settle_labels(cursor, [each for each in undone if not _stands(before.get(each), undone[each], moment)])
            labels = labels_of(cursor, [*undone])
        for each in undone:
            self._events.publish(LabelChanged(each, read[each].owner, labels.get(each)))
        return [*undone]

    def _record(self, prediction_ids: Sequence[int], given: Feedback) -> list[Feedback]:
        """Record the same feedback on each of these predictions, and say that their labels have changed."""
        with self._store.writing() as cursor:
            get_active_user(cursor, given.user_id)
            read = facts_of(cursor, prediction_ids)
            for script in {each.script for each in read.values()}:
                _check_digit(given.actual_digit, script)
            new_ids = insert_feedback(cursor, prediction_ids, given)
            before = labels_of(cursor, prediction_ids)
            settle_labels(cursor, [each for each in prediction_ids if not _confirms(given, before.get(each))])
            labels = labels_of(cursor, prediction_ids)
        for each in prediction_ids:
            self._events.publish(LabelChanged(each, read[each].owner, labels.get(each)))
        return [
            replace(
                given,
                id=new_ids[each],
                prediction_id=each,
                correct_prediction=read[each].digit == given.actual_digit,
            )
            for each in prediction_ids
        ]

    def withdraw(self, prediction_id: int, *, user_id: int = DEFAULT_USER) -> Label | None:
        """Remove a user's label from a prediction and return the label that remains.

        That is the newest label of another user, or None; it is verified when two other users agree. The feedback
        stays in the log, marked as replaced.

        Raises:
            NotFound: there is no such prediction, or the user has not labelled it.
            UserNotFound: there is no such user.
            UserInactive: the user is deactivated.
        """
        with self._store.writing() as cursor:
            user = get_active_user(cursor, user_id)
            owner = facts_of(cursor, [prediction_id])[prediction_id].owner
            withdrawn = replace_feedback(cursor, [prediction_id], user_id, datetime.now(UTC))
            if not withdrawn:
                raise NotFound(
                    f"{user.username} has not labelled prediction {prediction_id}; users can only remove labels of "
                    "their own."
                )
            settle_labels(cursor, [prediction_id])
            label = labels_of(cursor, [prediction_id]).get(prediction_id)
        self._events.publish(LabelChanged(prediction_id, owner, label))
        return label

    def of_prediction(self, prediction_id: int) -> list[Feedback]:
        """Return all feedback on a prediction, also what was replaced, newest first. Raises NotFound."""
        with self._store.session() as cursor:
            facts_of(cursor, [prediction_id])
            rows = cursor.execute(f"{SELECT} where f.prediction_id = $1 order by f.id desc", [prediction_id]).fetchall()
        return [feedback_from_row(row) for row in rows]

    def of_user(self, user_id: int) -> list[Feedback]:
        """Return a user's current feedback, newest first. Raises UserNotFound."""
        with self._store.session() as cursor:
            get_user(cursor, user_id)
            rows = cursor.execute(
                f"{SELECT} where f.user_id = $1 and f.replaced_at is null order by f.id desc", [user_id]
            ).fetchall()
        return [feedback_from_row(row) for row in rows]

    def count(self, *, user_id: int = DEFAULT_USER, since: datetime) -> int:
        """Return how many predictions a user has labelled since a given time. Raises UserNotFound."""
        with self._store.session() as cursor:
            get_user(cursor, user_id)
            row = cursor.execute(
                "select count(*) from feedback where user_id = $1 and replaced_at is null and created_at >= $2",
                [user_id, since],
            ).fetchone()
        assert row is not None  # a count is always one row
        found: int = row[0]
        return found

    def verify(self, prediction_id: int, *, verified: bool = True) -> Label:
        """Mark a prediction's label as verified, until it is relabelled. Raises NotFound."""
        with self._store.writing() as cursor:
            label = labels_of(cursor, [prediction_id]).get(prediction_id) if fits_bigint(prediction_id) else None
            if label is None:
                raise NotFound(f"Prediction {prediction_id} has no label to verify.")
            owner = facts_of(cursor, [prediction_id])[prediction_id].owner
            cursor.execute("update labels set verified = $2 where prediction_id = $1", [prediction_id, verified])
        label = replace(label, verified=verified)
        self._events.publish(LabelChanged(prediction_id, owner, label))
        return label


def _confirms(given: Feedback, label: Label | None) -> bool:
    """Whether feedback agrees with a label that is verified, and so stays verified."""
    return label is not None and label.verified and label.digit == given.actual_digit


def _stands(label: Label | None, undone: int | None, moment: datetime) -> bool:
    """Whether a verified label needs nothing of the feedback that a user gave at a moment and has undone.

    One that was only confirmed then is older: deriving it anew would lose that a reviewer has confirmed it. One that
    says something else never counted that feedback.
    """
    return label is not None and label.verified and (label.timestamp < moment or label.digit != undone)


def _check_digit(actual_digit: int | None, script: str) -> None:
    values = values_of(script)
    if actual_digit is not None and actual_digit not in values:
        allowed = "0 to 9" if values == values_of(WESTERN) else ", ".join(map(str, values))
        raise InvalidValue(f"actual_digit is {actual_digit}; {allowed} is allowed, or null for an image of no digit.")


def _check(confidence_rating: int | None, comments: str) -> None:
    if confidence_rating is not None and confidence_rating not in RATINGS:
        raise InvalidValue(f"confidence_rating is {confidence_rating}; 1 to 5 is allowed, or null.")
    if len(comments) > MAX_COMMENT:
        raise InvalidValue(f"The comment has {len(comments):,} characters; at most {MAX_COMMENT:,} are allowed.")
