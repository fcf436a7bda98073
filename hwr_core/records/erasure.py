"""Erases predictions, or whom they belong to: those of one user, or those older than they are kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hwr_core.db.cursor import Cursor
from hwr_core.db.rollups.keeping import uncount
from hwr_core.records.labels import settle_labels, settle_number_labels

IN_BACKUPS = "Backups that were made before still hold it all."
"""What whoever erases somebody's data has to know."""


@dataclass(frozen=True, slots=True)
class Erased:
    """How many predictions, of digits and of numbers, were erased, and the hashes of their image files."""

    predictions: int
    uploads: frozenset[str]


def erase_history_of(cursor: Cursor, user_id: int) -> Erased:
    """Erase a user's predictions with all feedback on them, and the user's feedback on other predictions."""
    erased = erase_predictions(cursor, "user_id = $1", [user_id])
    judged = cursor.execute("select distinct prediction_id from feedback where user_id = $1", [user_id]).fetchall()
    cursor.execute("delete from feedback where user_id = $1", [user_id])
    settle_labels(cursor, [prediction_id for (prediction_id,) in judged])
    numbers = erase_numbers(cursor, "user_id = $1", [user_id])
    corrected = cursor.execute(
        "select distinct number_id from number_feedback where user_id = $1", [user_id]
    ).fetchall()
    cursor.execute("delete from number_feedback where user_id = $1", [user_id])
    settle_number_labels(cursor, [number_id for (number_id,) in corrected])
    return Erased(erased.predictions + numbers.predictions, erased.uploads | numbers.uploads)


def erase_predictions(cursor: Cursor, condition: str, values: Sequence[Any]) -> Erased:
    """Erase the predictions that meet a condition (SQL of our own).

    With them go their feedback, labels, shadow readings and idempotency keys.
    """
    uncount(cursor, condition, values)
    return _erase(
        cursor,
        "predictions",
        ("feedback", "labels", "shadow_readings", "idempotency_keys"),
        "prediction_id",
        condition,
        values,
    )


def erase_numbers(cursor: Cursor, condition: str, values: Sequence[Any]) -> Erased:
    """Erase the whole numbers that meet a condition (SQL of our own), with their feedback and idempotency keys."""
    return _erase(cursor, "numbers", ("number_feedback", "number_idempotency_keys"), "number_id", condition, values)


def _erase(  # noqa: PLR0913, PLR0917  what rows are, and which
    cursor: Cursor,
    table: str,
    others: Sequence[str],
    key: str,
    condition: str,
    values: Sequence[Any],
) -> Erased:
    """Erase rows of a table, and those of others that refer to them by a key."""
    uploads = cursor.execute(
        f"select distinct upload from {table} where {condition} and upload is not null",  # noqa: S608  ours
        values,
    ).fetchall()
    for other in others:
        cursor.execute(
            f"delete from {other} where {key} in (select id from {table} where {condition})",  # noqa: S608  ours
            values,
        )
    [(erased,)] = cursor.execute(f"delete from {table} where {condition}", values).fetchall()  # noqa: S608  ours
    return Erased(erased, frozenset(upload for (upload,) in uploads))


def forget_access_of(cursor: Cursor, user_id: int) -> None:
    """Remove a user's access: role, password, sessions, API keys, linked accounts at an identity provider."""
    for table in ("credentials", "sessions", "api_keys", "identities"):
        cursor.execute(f"delete from {table} where user_id = $1", [user_id])  # noqa: S608  ours


def disown_forms_of(cursor: Cursor, user_id: int) -> None:
    """Leave a user's forms to all: others read by them."""
    cursor.execute("update forms set user_id = null where user_id = $1", [user_id])


def forget_names_of(cursor: Cursor, user_id: int) -> None:
    """Remove what a user wrote: file names, comments and idempotency keys."""
    for table in ("idempotency_keys", "number_idempotency_keys"):
        cursor.execute(f"delete from {table} where user_id = $1", [user_id])  # noqa: S608  ours
    cursor.execute("update predictions set file_name = null where user_id = $1 and file_name is not null", [user_id])
    cursor.execute("update numbers set file_name = null where user_id = $1 and file_name is not null", [user_id])
    for table in ("feedback", "number_feedback"):
        cursor.execute(f"update {table} set comments = '' where user_id = $1 and comments <> ''", [user_id])  # noqa: S608  ours
