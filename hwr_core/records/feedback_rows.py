"""The table of feedback: rows added, replaced, and read back; and what it is about."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, NamedTuple

from hwr_core.db.cursor import Cursor
from hwr_core.errors import NotFound
from hwr_core.records.users import fits_bigint


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


SELECT = """
    select f.id, f.created_at, f.prediction_id, f.user_id, f.actual_digit,
        p.digit is not distinct from f.actual_digit, f.confidence_rating, f.comments, f.replaced_at
    from feedback f
    join predictions p on p.id = f.prediction_id
"""


class Facts(NamedTuple):
    """The digit of a prediction, whom the prediction belongs to, and the script that it was read in."""

    digit: int | None
    owner: int
    script: str


def facts_of(cursor: Cursor, prediction_ids: Sequence[int]) -> dict[int, Facts]:
    """What is known of predictions, by their ids. Raises NotFound where one of them does not exist."""
    rows = cursor.execute(
        "select id, digit, user_id, script from predictions where id in (select unnest($1::bigint[]))",
        [[each for each in prediction_ids if fits_bigint(each)]],
    ).fetchall()
    found = {each: Facts(digit, owner, script) for each, digit, owner, script in rows}
    for each in prediction_ids:
        if each not in found:
            raise NotFound(f"There is no prediction {each}.")
    return found


def replace_feedback(cursor: Cursor, prediction_ids: Sequence[int], user_id: int, moment: datetime) -> int:
    """Mark a user's current feedback on predictions as replaced; return how many rows that were."""
    row = cursor.execute(
        """
        update feedback set replaced_at = $3
        where prediction_id in (select unnest($1::bigint[])) and user_id = $2 and replaced_at is null
        """,
        [list(prediction_ids), user_id, moment],
    ).fetchone()
    assert row is not None  # DuckDB answers an update with the number of rows
    replaced: int = row[0]
    return replaced


def undo_feedback(
    cursor: Cursor, prediction_ids: Sequence[int], user_id: int, moment: datetime
) -> dict[int, int | None]:
    """Take back a user's feedback of a moment where it is current, and let count what it replaced.

    What it replaced keeps its id, and so its place among the feedback of others.

    Returns the digits that were taken back, by the ids of their predictions.
    """
    rows = cursor.execute(
        """
        update feedback set replaced_at = $4
        where prediction_id in (select unnest($1::bigint[])) and user_id = $2 and created_at = $3
            and replaced_at is null
        returning prediction_id, actual_digit
        """,
        [list(prediction_ids), user_id, moment, datetime.now(UTC)],
    ).fetchall()
    undone: dict[int, int | None] = dict(rows)
    cursor.execute(
        """
        update feedback set replaced_at = null
        where prediction_id in (select unnest($1::bigint[])) and user_id = $2 and replaced_at = $3
        """,
        [list(undone), user_id, moment],
    )
    return undone


def insert_feedback(cursor: Cursor, prediction_ids: Sequence[int], given: Feedback) -> dict[int, int]:
    """Add the same feedback on each prediction to the log, in place of the user's earlier one; return the new ids."""
    replace_feedback(cursor, prediction_ids, given.user_id, given.timestamp)
    rows = cursor.execute(
        """
        insert into feedback (id, created_at, prediction_id, user_id, actual_digit, confidence_rating, comments)
        select nextval('feedback_ids'), $1::timestamptz, read.id, $3::bigint, $4::integer, $5::integer, $6::text
        from (select unnest($2::bigint[]) as id) read
        returning prediction_id, id
        """,
        [
            given.timestamp,
            list(prediction_ids),
            given.user_id,
            given.actual_digit,
            given.confidence_rating,
            given.comments,
        ],
    ).fetchall()
    return dict(rows)


def feedback_from_row(row: tuple[Any, ...]) -> Feedback:
    """Make the feedback of a row of `SELECT`."""
    *values, replaced_at = row
    found = Feedback(*values)
    return replace(
        found,
        timestamp=found.timestamp.astimezone(UTC),
        replaced_at=None if replaced_at is None else replaced_at.astimezone(UTC),
    )
