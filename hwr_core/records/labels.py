"""Labels: what the image of a prediction really shows, one row for each prediction that has feedback."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from hwr_core.datasets.custom import NO_DIGIT
from hwr_core.db.cursor import Cursor
from hwr_core.db.rollups.keeping import counted_anew
from hwr_core.db.store import Store
from hwr_core.images.types import SIDE
from hwr_core.scripts.script import WESTERN


@dataclass(frozen=True, slots=True)
class Label:
    """What the image of a stored prediction really shows: the newest feedback that was not replaced.

    `digit` is None for an image of no digit. A label is verified when two users agree on it or a reviewer confirms it.
    """

    digit: int | None
    verified: bool
    timestamp: datetime


MOST, MOST_NUMBERS = 200_000, 20_000
"""Labelled predictions, and numbers, that are learned from at most: those that were labelled last."""


def labels_of(cursor: Cursor, prediction_ids: Sequence[int]) -> dict[int, Label]:
    """The labels of those predictions that have one, by their ids."""
    rows = cursor.execute(
        """
        select prediction_id, actual_digit, verified, created_at from labels
        where prediction_id in (select unnest($1::bigint[]))
        """,
        [list(prediction_ids)],
    ).fetchall()
    return {each: Label(digit, verified, moment.astimezone(UTC)) for each, digit, verified, moment in rows}


def settle_labels(cursor: Cursor, prediction_ids: Sequence[int]) -> None:
    """Derive the labels of these predictions from their feedback anew; one without current feedback loses its label."""
    with counted_anew(cursor, prediction_ids):
        _derive_labels(cursor, list(prediction_ids))


def _derive_labels(cursor: Cursor, ids: Sequence[int]) -> None:
    cursor.execute("delete from labels where prediction_id in (select unnest($1::bigint[]))", [ids])
    cursor.execute(
        """
        insert into labels (prediction_id, created_at, actual_digit, verified)
        with standing as (
            select id, prediction_id, created_at, user_id, actual_digit
            from feedback
            where replaced_at is null and prediction_id in (select unnest($1::bigint[]))
        ),
        newest as (
            select distinct on (prediction_id) prediction_id, created_at, actual_digit
            from standing
            order by prediction_id, id desc
        )
        select n.prediction_id, n.created_at, n.actual_digit, count(distinct s.user_id) > 1
        from newest n
        join standing s on s.prediction_id = n.prediction_id and s.actual_digit is not distinct from n.actual_digit
        group by n.prediction_id, n.created_at, n.actual_digit
        """,
        [ids],
    )


def settle_number_labels(cursor: Cursor, number_ids: Sequence[int]) -> None:
    """Derive from their feedback what these numbers really are; one without current feedback loses its label."""
    ids = list(number_ids)
    cursor.execute(
        "update numbers set actual_text = null, labelled_at = null where id in (select unnest($1::bigint[]))", [ids]
    )
    cursor.execute(
        """
        update numbers
        set actual_text = newest.actual_text, labelled_at = newest.created_at
        from (
            select distinct on (number_id) number_id, created_at, actual_text
            from number_feedback
            where replaced_at is null and number_id in (select unnest($1::bigint[]))
            order by number_id, id desc
        ) newest
        where newest.number_id = numbers.id
        """,
        [ids],
    )


@dataclass(frozen=True, slots=True)
class LabelledImages:
    """What the model saw of labelled predictions, and what it really shows.

    Parallel arrays: `images` uint8 [n, 28, 28]; `labels` int64 [n], the value of the symbol or NO_DIGIT for none;
    `scripts` text [n].
    """

    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    scripts: NDArray[np.str_]


def labelled_images(store: Store, limit: int = MOST) -> LabelledImages:
    """Return the images of the predictions labelled last, the oldest prediction first.

    At most `limit` of them: 200,000 take 160 MB. Raises StoreError.
    """
    with store.session() as cursor:
        rows = cursor.execute(
            """
            select p.seen, coalesce(l.actual_digit, $2), p.script
            from (select * from labels order by created_at desc limit $1) l
            join predictions p on p.id = l.prediction_id
            order by p.id
            """,
            [limit, NO_DIGIT],
        ).fetchall()
    return LabelledImages(
        images=np.frombuffer(b"".join(seen for seen, _, _ in rows), np.uint8).reshape(-1, SIDE, SIDE),
        labels=np.array([label for _, label, _ in rows], np.int64),
        scripts=np.array([script for _, _, script in rows], np.str_),
    )


def labelled_numbers(store: Store, limit: int = MOST_NUMBERS) -> list[tuple[str, str]]:
    """Return the uploads of the numbers that were judged last, and what users say of each, the oldest number first.

    Those in other scripts, those whose file was not kept, and files without any number are left out: the network of
    lines learns from the others. Raises StoreError.
    """
    with store.session() as cursor:
        rows = cursor.execute(
            """
            select upload, actual_text
            from (
                select id, upload, actual_text from numbers
                where labelled_at is not null and script = 'western' and upload is not null and actual_text <> ''
                order by labelled_at desc limit $1
            ) newest
            order by id
            """,
            [limit],
        ).fetchall()
    return [(upload, text) for upload, text in rows]


def count_labels(store: Store, script: str = WESTERN) -> int:
    """Return how many predictions of a script have a label. Raises StoreError."""
    with store.session() as cursor:
        [(count,)] = cursor.execute(
            "select count(*) from labels l join predictions p on p.id = l.prediction_id where p.script = $1", [script]
        ).fetchall()
    number: int = count
    return number
