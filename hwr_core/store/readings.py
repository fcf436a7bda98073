"""The readings of the history: written many at a time, read newest first."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import duckdb
import numpy as np

from hwr_core.errors import HwrError, InvalidValue, NotFound, UserNotFound
from hwr_core.records import KeptReading, Reading, Source, Timings, Verdict
from hwr_core.store.users import fits_bigint

_SEEN_SHAPE = (28, 28)
_COLUMNS = {
    "id": "bigint",
    "created_at": "timestamptz",
    "user_id": "bigint",
    "source": "text",
    "file_name": "text",
    "verdict": "text",
    "digit": "smallint",
    "confidence": "double precision",
    "probabilities": "double precision[10]",
    "seen": "bytea",
    "model_version": "text",
    "preprocessing_seconds": "double precision",
    "inference_seconds": "double precision",
    "enhancement_level": "double precision",
}
_NAMES = ", ".join(_COLUMNS)
# One list a column: for groups of 16 Python lists are as quick as NumPy arrays and quicker than Arrow or pandas.
_LISTS = ", ".join(f"unnest(${place}::{kind}[])" for place, kind in enumerate(_COLUMNS.values(), start=1))
_INSERT = f"insert into readings ({_NAMES}) select {_LISTS}"

_IDS_AND_USERS = """
    select nextval('reading_ids'), null
    from generate_series(1, $1)
    union all
    select null, id
    from users
    where id = any($2::bigint[])
"""


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class NewReading:
    """A reading on its way into the history. Raises InvalidValue for one without ink or a time without an offset."""

    user_id: int
    source: Source
    reading: Reading
    file_name: str | None = None
    enhancement_level: float = 1.0
    created_at: datetime = field(default_factory=_now)

    def __post_init__(self) -> None:
        seen = self.reading.seen
        if self.reading.verdict is Verdict.NO_INK or seen is None:
            raise InvalidValue("A reading without ink is not kept in the history.")
        if seen.shape != _SEEN_SHAPE or seen.dtype != np.uint8:
            raise InvalidValue(f"A kept picture is uint8 28 x 28, not {seen.dtype} {' x '.join(map(str, seen.shape))}.")
        if self.created_at.tzinfo is None:
            raise InvalidValue("The time of a reading needs an offset from UTC.")


def record_readings(cursor: duckdb.DuckDBPyConnection, rows: Sequence[NewReading]) -> list[KeptReading | HwrError]:
    """Insert the rows in one statement, with ids that ascend in their order.

    A row whose user does not exist is answered by a UserNotFound in its place and leaves the others alone.
    """
    ids, users = _fresh_ids_and_users(cursor, rows)
    accepted = [row for row in rows if row.user_id in users]
    kept = iter(_insert(cursor, ids, accepted))
    return [next(kept) if row.user_id in users else UserNotFound(row.user_id) for row in rows]


def get_reading(cursor: duckdb.DuckDBPyConnection, reading_id: int) -> KeptReading:
    """The reading with this id. Raises NotFound."""
    row = None
    if fits_bigint(reading_id):
        row = cursor.execute(f"select {_NAMES} from readings where id = $1", [reading_id]).fetchone()  # noqa: S608  ours
    if row is None:
        raise NotFound(f"There is no reading {reading_id}.")
    return _kept_from_row(row)


def list_readings(cursor: duckdb.DuckDBPyConnection, *, limit: int, user_id: int | None = None) -> list[KeptReading]:
    """The newest readings, of one user or of all, newest first. Raises InvalidValue for a limit below 1."""
    if limit < 1:
        raise InvalidValue(f"The limit is {limit}; it has to be 1 or more.")
    whose = "" if user_id is None else "where user_id = $2"
    # The ids first, by themselves: sorting whole rows with their pictures took three times as long.
    rows = cursor.execute(
        f"""
        select {_NAMES}
        from readings
        where id in (select id from readings {whose} order by id desc limit $1)
        order by id desc
        """,  # noqa: S608  column names and clauses of our own
        [limit] if user_id is None else [limit, user_id],
    ).fetchall()
    return [_kept_from_row(row) for row in rows]


def _insert(cursor: duckdb.DuckDBPyConnection, ids: Sequence[int], rows: Sequence[NewReading]) -> list[KeptReading]:
    if not rows:
        return []
    columns = zip(*map(_row_of, ids, rows), strict=False)  # ids may be left over
    cursor.execute(_INSERT, [list(column) for column in columns])
    return [
        KeptReading(
            new_id,
            row.created_at.astimezone(UTC),
            row.user_id,
            row.source,
            row.file_name,
            row.reading,
        )
        for new_id, row in zip(ids, rows, strict=False)
    ]


def _fresh_ids_and_users(cursor: duckdb.DuckDBPyConnection, rows: Sequence[NewReading]) -> tuple[list[int], set[int]]:
    """An id for each row, ascending, and those of the rows' users that exist; one query, as each costs a millisecond.

    Ids are taken beforehand: neither database promises in which order an insert draws them for its rows.
    """
    asked = [user_id for user_id in {row.user_id for row in rows} if fits_bigint(user_id)]
    found = cursor.execute(_IDS_AND_USERS, [len(rows), asked]).fetchall()
    ids = sorted(new_id for new_id, _ in found if new_id is not None)
    return ids, {user_id for _, user_id in found if user_id is not None}


def _row_of(new_id: int, row: NewReading) -> tuple[Any, ...]:
    """The values of one row, in the order of _COLUMNS."""
    reading = row.reading
    assert reading.seen is not None  # NewReading refused it
    return (
        new_id,
        row.created_at,
        row.user_id,
        row.source.value,
        row.file_name,
        reading.verdict.value,
        reading.digit,
        reading.confidence,
        reading.probabilities,
        reading.seen.tobytes(),
        reading.model_version,
        reading.timings.preprocessing,
        reading.timings.inference,
        row.enhancement_level,
    )


def _kept_from_row(row: tuple[Any, ...]) -> KeptReading:
    """One row, its values in the order of _COLUMNS, as the record it was."""
    value = dict(zip(_COLUMNS, row, strict=True))
    reading = Reading(
        verdict=Verdict(value["verdict"]),
        digit=value["digit"],
        confidence=value["confidence"],
        probabilities=tuple(value["probabilities"]),
        seen=np.frombuffer(value["seen"], np.uint8).reshape(_SEEN_SHAPE),
        model_version=value["model_version"],
        timings=Timings(value["preprocessing_seconds"], value["inference_seconds"]),
    )
    return KeptReading(
        id=value["id"],
        timestamp=value["created_at"].astimezone(UTC),
        user_id=value["user_id"],
        source=Source(value["source"]),
        file_name=value["file_name"],
        reading=reading,
    )
