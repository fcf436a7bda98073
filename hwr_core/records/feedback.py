"""Feedback on predictions: the true digit, a rating, a comment; and the label that follows from it."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from hwr_core.db.cursor import Cursor
from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue, NotFound
from hwr_core.events import Events
from hwr_core.records.events import LabelChanged
from hwr_core.records.labels import Label, settle_labels
from hwr_core.records.users import DEFAULT_USER, fits_bigint, get_active_user, get_user
from hwr_core.scripts.script import WESTERN, values_of


@dataclass(frozen=True, slots=True)
class Feedback:
    """One user's feedback on one stored prediction.

    `replaced_at` is when the same user relabelled the prediction or removed the label.
    """

    id: int
    timestamp: datetime
    prediction_id: int
    user_id: int
    actual_digit: int | None
    correct_prediction: bool
    confidence_rating: int | None
    comments: str
    replaced_at: datetime | None = None


RATINGS = range(1, 6)
MAX_COMMENT = 2000

_SELECT = """
    select f.id, f.created_at, f.prediction_id, f.user_id, f.actual_digit,
        p.digit is not distinct from f.actual_digit, f.confidence_rating, f.comments, f.replaced_at
    from feedback f
    join predictions p on p.id = f.prediction_id
"""


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
        with self._store.writing() as cursor:
            get_active_user(cursor, user_id)
            predicted, owner, script = _digit_owner_and_script(cursor, prediction_id)
            _check_digit(actual_digit, script)
            new_id = _insert(cursor, given)
            label = get_label(cursor, prediction_id)
            if label is None or label.digit != actual_digit or not label.verified:  # confirmed: it stays verified
                settle_labels(cursor, [prediction_id])
                label = get_label(cursor, prediction_id)
        self._events.publish(LabelChanged(prediction_id, owner, label))
        return replace(given, id=new_id, correct_prediction=predicted == actual_digit)

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
            _, owner, _ = _digit_owner_and_script(cursor, prediction_id)
            withdrawn = _replace(cursor, prediction_id, user_id, datetime.now(UTC))
            if not withdrawn:
                raise NotFound(
                    f"{user.username} has not labelled prediction {prediction_id}; users can only remove labels of "
                    "their own."
                )
            settle_labels(cursor, [prediction_id])
            label = get_label(cursor, prediction_id)
        self._events.publish(LabelChanged(prediction_id, owner, label))
        return label

    def of_prediction(self, prediction_id: int) -> list[Feedback]:
        """Return all feedback on a prediction, also what was replaced, newest first. Raises NotFound."""
        with self._store.session() as cursor:
            _digit_owner_and_script(cursor, prediction_id)
            rows = cursor.execute(
                f"{_SELECT} where f.prediction_id = $1 order by f.id desc", [prediction_id]
            ).fetchall()
        return [_feedback_from_row(row) for row in rows]

    def of_user(self, user_id: int) -> list[Feedback]:
        """Return a user's current feedback, newest first. Raises UserNotFound."""
        with self._store.session() as cursor:
            get_user(cursor, user_id)
            rows = cursor.execute(
                f"{_SELECT} where f.user_id = $1 and f.replaced_at is null order by f.id desc", [user_id]
            ).fetchall()
        return [_feedback_from_row(row) for row in rows]

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
            label = get_label(cursor, prediction_id) if fits_bigint(prediction_id) else None
            if label is None:
                raise NotFound(f"Prediction {prediction_id} has no label to verify.")
            _, owner, _ = _digit_owner_and_script(cursor, prediction_id)
            cursor.execute("update labels set verified = $2 where prediction_id = $1", [prediction_id, verified])
        label = replace(label, verified=verified)
        self._events.publish(LabelChanged(prediction_id, owner, label))
        return label


def get_label(cursor: Cursor, prediction_id: int) -> Label | None:
    """The label of a prediction, None while it has none."""
    row = cursor.execute(
        "select actual_digit, verified, created_at from labels where prediction_id = $1", [prediction_id]
    ).fetchone()
    return None if row is None else Label(row[0], row[1], row[2].astimezone(UTC))


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


def _digit_owner_and_script(cursor: Cursor, prediction_id: int) -> tuple[int | None, int, str]:
    """The digit of a prediction, whom the prediction belongs to, and the script that it was read in."""
    row = None
    if fits_bigint(prediction_id):
        row = cursor.execute("select digit, user_id, script from predictions where id = $1", [prediction_id]).fetchone()
    if row is None:
        raise NotFound(f"There is no prediction {prediction_id}.")
    digit, owner, script = row
    return digit, owner, script


def _replace(cursor: Cursor, prediction_id: int, user_id: int, moment: datetime) -> int:
    """Mark a user's current feedback on a prediction as replaced; return how many rows that were, 0 or 1."""
    row = cursor.execute(
        "update feedback set replaced_at = $3 where prediction_id = $1 and user_id = $2 and replaced_at is null",
        [prediction_id, user_id, moment],
    ).fetchone()
    assert row is not None  # DuckDB answers an update with the number of rows
    replaced: int = row[0]
    return replaced


def _insert(cursor: Cursor, given: Feedback) -> int:
    _replace(cursor, given.prediction_id, given.user_id, given.timestamp)
    row = cursor.execute(
        """
        insert into feedback (id, created_at, prediction_id, user_id, actual_digit, confidence_rating, comments)
        values (nextval('feedback_ids'), $1, $2, $3, $4, $5, $6)
        returning id
        """,
        [
            given.timestamp,
            given.prediction_id,
            given.user_id,
            given.actual_digit,
            given.confidence_rating,
            given.comments,
        ],
    ).fetchone()
    assert row is not None  # an insert without a condition returns its row
    new_id: int = row[0]
    return new_id


def _feedback_from_row(row: tuple[Any, ...]) -> Feedback:
    *values, replaced_at = row
    found = Feedback(*values)
    return replace(
        found,
        timestamp=found.timestamp.astimezone(UTC),
        replaced_at=None if replaced_at is None else replaced_at.astimezone(UTC),
    )
