"""The table of predictions: rows written many at a time, and read back as records."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from itertools import accumulate, chain
from typing import Any

import numpy as np

from hwr_core.db.cursor import Cursor
from hwr_core.db.rollups.keeping import count_new
from hwr_core.errors import Conflict, HwrError, InvalidValue, UserInactive, UserNotFound
from hwr_core.images.types import SIDE
from hwr_core.recognition.types import Assignment, Prediction, Timings, Verdict
from hwr_core.records.labels import Label
from hwr_core.records.sent import OF_PREDICTIONS, Once, Place, first_sent
from hwr_core.records.uploads import Upload, Uploads
from hwr_core.records.users import fits_bigint


class Source(StrEnum):
    """How an image reached hwr."""

    DRAWING = "drawing"
    UPLOAD = "upload"
    BATCH = "batch"
    CLI = "cli"
    API = "api"
    FORM = "form"

    @property
    def user_input_type(self) -> str:
        """The same in the two words of older clients, "drawing" or "upload"; what they post as JSON is a drawing."""
        return "drawing" if self in (Source.DRAWING, Source.API) else "upload"


@dataclass(frozen=True, slots=True)
class PredictionRecord:
    """A stored prediction, one row of the history. Times are UTC with an offset.

    `upload` is the SHA-256 of the image file, None where the file was not kept. `repeated` tells that nothing was
    stored just now: the image was sent before, with the same idempotency key.
    """

    id: int
    timestamp: datetime
    user_id: int
    source: Source
    file_name: str | None
    prediction: Prediction
    enhancement_level: float = 1.0
    upload: str | None = None
    label: Label | None = None
    repeated: bool = False

    @property
    def is_right(self) -> bool | None:
        """Whether it agrees with its label; None while it has none."""
        return None if self.label is None else self.prediction.digit == self.label.digit


_SEEN_SHAPE = (SIDE, SIDE)
_COLUMNS = {
    "id": "bigint",
    "created_at": "timestamptz",
    "user_id": "bigint",
    "source": "text",
    "file_name": "text",
    "verdict": "text",
    "digit": "integer",
    "confidence": "double precision",
    "probabilities": "double precision[]",
    "seen": "bytea",
    "model_version": "text",
    "preprocessing_seconds": "double precision",
    "inference_seconds": "double precision",
    "enhancement_level": "double precision",
    "upload": "text",
    "script": "text",
    "experiment": "bigint",
    "unit": "text",
}
_NAMES = ", ".join(_COLUMNS)
# One list per column: for groups of 16, Python lists are as fast as NumPy arrays and faster than Arrow or pandas.
# The probabilities of all rows are one flat list, from which each row takes its own: PostgreSQL has no lists of lists
# of different lengths.
_PLACES = {name: f"${place}" for place, name in enumerate(_COLUMNS, start=1)}
_FROM, _TO = (f"${len(_COLUMNS) + place}" for place in (1, 2))
_LISTS = ", ".join(
    f"unnest({_PLACES[name]}::{kind}[]) as {name}" for name, kind in _COLUMNS.items() if name != "probabilities"
)
_VALUES = ", ".join(
    f"({_PLACES[name]}::{kind})[r.first_one:r.last_one]" if name == "probabilities" else f"r.{name}"
    for name, kind in _COLUMNS.items()
)
_INSERT = f"""
    insert into predictions ({_NAMES})
    select {_VALUES}
    from (select {_LISTS}, unnest({_FROM}::bigint[]) as first_one, unnest({_TO}::bigint[]) as last_one) r
"""  # noqa: S608  column names of our own

_IDS = "select nextval('prediction_ids') from generate_series(1, $1)"
_USER = "select id, is_active from users where id = $1"
_USERS = "select id, is_active from users where id in (select unnest($1::bigint[]))"


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class NewPrediction:
    """A prediction about to be stored, and its image file where that is to be kept.

    Raises InvalidValue for a prediction without ink, and for a time without an offset.
    """

    user_id: int
    source: Source
    prediction: Prediction
    file_name: str | None = None
    enhancement_level: float = 1.0
    upload: Upload | None = None
    created_at: datetime = field(default_factory=_now)
    once: Once | None = None

    @property
    def place(self) -> Place | None:
        """Where its idempotency key is looked up; None without one."""
        return None if self.once is None else (self.user_id, self.once.key)

    def __post_init__(self) -> None:
        seen = self.prediction.seen
        if self.prediction.verdict is Verdict.NO_INK or seen is None:
            raise InvalidValue("A prediction of an image without ink cannot be stored.")
        if seen.shape != _SEEN_SHAPE or seen.dtype != np.uint8:
            shape = " x ".join(map(str, seen.shape))
            raise InvalidValue(f"The image is {seen.dtype} {shape}; uint8 28 x 28 is allowed.")
        if self.created_at.tzinfo is None:
            raise InvalidValue("The time of a prediction needs an offset from UTC.")


def record_predictions(
    cursor: Cursor, rows: Sequence[NewPrediction], uploads: Uploads
) -> list[PredictionRecord | HwrError]:
    """Insert the rows in one statement, with ids that ascend in their order, and store their image files.

    A row whose user does not exist or is deactivated gets an error in its place and does not affect the others. One
    whose idempotency key has stored a prediction before gets that one.
    """
    ids, users = _fresh_ids(cursor, len(rows)), _users_of(cursor, rows)
    active = {number: row for number, row in enumerate(rows) if users.get(row.user_id)}
    known = OF_PREDICTIONS.stored_before(cursor, [row.place for row in active.values() if row.place])
    first = first_sent({number: row.place for number, row in active.items()}, known)
    accepted = [rows[number] for number in first]
    if images := [row.upload for row in accepted if row.upload]:
        uploads.confirm_owner(cursor)
        uploads.add_all(images)
    records = _insert(cursor, ids, accepted)
    if ids:
        count_new(cursor, ids[0], ids[-1])
    fresh = {
        row.place: (record.id, row.once.content)
        for row, record in zip(accepted, records, strict=True)
        if row.place and row.once
    }
    OF_PREDICTIONS.remember(cursor, fresh)
    stored = dict(zip(first, records, strict=True))
    others = {number: row for number, row in active.items() if number not in stored}
    found = stored | _records_again(cursor, {**known, **fresh}, others)
    return [found[number] if number in found else _refusal(row.user_id, users) for number, row in enumerate(rows)]


def _records_again(
    cursor: Cursor, stored: Mapping[Place, tuple[int, str]], rows: Mapping[int, NewPrediction]
) -> dict[int, PredictionRecord | HwrError]:
    """What was stored for rows that are sent again, by their numbers; Conflict where that was another image."""
    if not rows:
        return {}
    found: dict[int, PredictionRecord | HwrError] = {}
    before = {row.place: stored[row.place] for row in rows.values() if row.place}
    records = {record.id: record for record in rows_by_id(cursor, [each for each, _ in before.values()])}
    for number, row in rows.items():
        assert row.place is not None  # a row without a key was stored
        assert row.once is not None
        prediction_id, content = before[row.place]
        try:
            row.once.confirm(content)
            found[number] = replace(records[prediction_id], repeated=True)
        except Conflict as error:
            found[number] = error
    return found


def rows_by_id(cursor: Cursor, ids: Sequence[int]) -> list[PredictionRecord]:
    """The predictions with these ids and their labels, newest first."""
    rows = cursor.execute(
        f"""
        select {", ".join(f"p.{name}" for name in _COLUMNS)}, l.actual_digit, l.verified, l.created_at
        from predictions p
        left join (select * from labels where prediction_id in (select unnest($1::bigint[]))) l
            on l.prediction_id = p.id
        where p.id in (select unnest($1::bigint[]))
        order by p.id desc
        """,  # noqa: S608  column names of our own
        [list(ids)],
    ).fetchall()
    return [_record_from_row(row) for row in rows]


def _insert(cursor: Cursor, ids: Sequence[int], rows: Sequence[NewPrediction]) -> list[PredictionRecord]:
    if not rows:
        return []
    # There may be more ids than rows.
    columns = [list(column) for column in zip(*map(_row_of, ids, rows), strict=False)]
    place = list(_COLUMNS).index("probabilities")
    ends = list(accumulate(map(len, columns[place])))
    columns[place] = list(chain.from_iterable(columns[place]))
    cursor.execute(_INSERT, [*columns, [1, *(end + 1 for end in ends[:-1])], ends])
    return [
        PredictionRecord(
            new_id,
            row.created_at.astimezone(UTC),
            row.user_id,
            row.source,
            row.file_name,
            row.prediction,
            row.enhancement_level,
            row.upload.name if row.upload else None,
        )
        for new_id, row in zip(ids, rows, strict=False)
    ]


def _fresh_ids(cursor: Cursor, count: int) -> list[int]:
    """So many ids, ascending: neither database promises the order in which an insert draws them for its rows."""
    return sorted(new_id for (new_id,) in cursor.execute(_IDS, [count]).fetchall())


def _users_of(cursor: Cursor, rows: Sequence[NewPrediction]) -> dict[int, bool]:
    """For each user of the rows that exists, whether the user is active."""
    asked = [user_id for user_id in {row.user_id for row in rows} if fits_bigint(user_id)]
    # Mostly it is one user; a statement for any number of them takes three times as long.
    found = cursor.execute(_USER, asked) if len(asked) == 1 else cursor.execute(_USERS, [asked])
    return dict(found.fetchall())


def _refusal(user_id: int, users: Mapping[int, bool]) -> HwrError:
    return UserInactive(user_id) if user_id in users else UserNotFound(user_id)


def _row_of(new_id: int, row: NewPrediction) -> tuple[Any, ...]:
    """The values of one row, in the order of _COLUMNS."""
    prediction = row.prediction
    assert prediction.seen is not None  # NewPrediction refused it
    return (
        new_id,
        row.created_at,
        row.user_id,
        row.source.value,
        row.file_name,
        prediction.verdict.value,
        prediction.digit,
        prediction.confidence,
        prediction.probabilities,
        prediction.seen.tobytes(),
        prediction.model_version,
        prediction.timings.preprocessing,
        prediction.timings.inference,
        row.enhancement_level,
        row.upload.name if row.upload else None,
        prediction.script,
        prediction.experiment,
        prediction.assignment and prediction.assignment.unit,
    )


def _record_from_row(row: tuple[Any, ...]) -> PredictionRecord:
    """The record of one row: its values in the order of _COLUMNS, then those of its label."""
    *values, actual_digit, verified, labelled_at = row
    value = dict(zip(_COLUMNS, values, strict=True))
    prediction = Prediction(
        verdict=Verdict(value["verdict"]),
        digit=value["digit"],
        confidence=value["confidence"],
        probabilities=tuple(value["probabilities"]),
        seen=np.frombuffer(value["seen"], np.uint8).reshape(_SEEN_SHAPE),
        model_version=value["model_version"],
        timings=Timings(value["preprocessing_seconds"], value["inference_seconds"]),
        script=value["script"],
        assignment=None if value["experiment"] is None else Assignment(value["experiment"], value["unit"]),
    )
    return PredictionRecord(
        id=value["id"],
        timestamp=value["created_at"].astimezone(UTC),
        user_id=value["user_id"],
        source=Source(value["source"]),
        file_name=value["file_name"],
        prediction=prediction,
        enhancement_level=value["enhancement_level"],
        upload=value["upload"],
        label=None if labelled_at is None else Label(actual_digit, verified, labelled_at.astimezone(UTC)),
    )
