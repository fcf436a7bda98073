"""The whole numbers that were read and kept: rows, pages of them, and what users say they really are."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

from hwr_core.db.cursor import Cursor
from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue, NotFound
from hwr_core.recognition.types import Candidate, FoundDigit, NumberLine, NumberPrediction
from hwr_core.records.feedback import MAX_COMMENT
from hwr_core.records.labels import settle_number_labels
from hwr_core.records.number_filter import EVERY_NUMBER, NumberFilter, conditions_of, confirm_user_of_numbers
from hwr_core.records.predictions import Source
from hwr_core.records.uploads import Upload, Uploads
from hwr_core.records.users import DEFAULT_USER, fits_bigint, get_active_user
from hwr_core.scripts.script import characters_of_symbols

MAX_TEXT = 10_000
"""Characters of what users say a number is, at most."""

KEPT_CANDIDATES = 3
"""The most probable digits of each place that are kept."""


@dataclass(frozen=True, slots=True)
class NewNumber:
    """A number about to be stored, and its file where that is to be kept."""

    user_id: int
    source: Source
    number: NumberPrediction
    max_error: float
    pattern: str | None = None
    file_name: str | None = None
    enhancement_level: float = 1.0
    upload: Upload | None = None


@dataclass(frozen=True, slots=True)
class NumberLabel:
    """What a number really is, by the newest feedback: its digits, a line for each line."""

    text: str
    timestamp: datetime


@dataclass(frozen=True, slots=True)
class NumberRecord:
    """A stored number. Times are UTC with an offset; `upload` is the SHA-256 of the file, None where it was not kept.

    `max_error` and `pattern` are those it was read with.
    """

    id: int
    timestamp: datetime
    user_id: int
    source: Source
    file_name: str | None
    number: NumberPrediction
    max_error: float
    pattern: str | None
    enhancement_level: float
    upload: str | None
    label: NumberLabel | None = None

    @property
    def is_right(self) -> bool | None:
        """Whether all of it agrees with its label; None while it has none."""
        return None if self.label is None else self.number.text == self.label.text


@dataclass(frozen=True, slots=True)
class NumberFeedback:
    """One user's word on a stored number; `replaced_at` is when the same user corrected it again."""

    id: int
    timestamp: datetime
    number_id: int
    user_id: int
    text: str
    comments: str
    replaced_at: datetime | None


@dataclass(frozen=True, slots=True)
class NumberPage:
    """Some stored numbers, newest first; `next` is the `before` of the next page, None on the last one."""

    numbers: tuple[NumberRecord, ...]
    next: int | None


class Numbers:
    """The stored numbers. Safe to use from many threads."""

    def __init__(self, store: Store, uploads: Uploads, *, max_page: int) -> None:
        self._store = store
        self._uploads = uploads
        self._max_page = max_page

    def add(self, new: NewNumber) -> NumberRecord:
        """Store a number and its file; when this returns, they are durable.

        Raises:
            UserNotFound, UserInactive: its user cannot add to the history.
            StoreError: the history cannot be written at present.
        """
        return self.add_all([new])[0]

    def add_all(self, several: Sequence[NewNumber]) -> list[NumberRecord]:
        """Store numbers and their files, all or none of them. Raises what `add` raises."""
        created_at = datetime.now(UTC)
        records: list[NumberRecord] = []
        with self._store.writing() as cursor:
            for user_id in {new.user_id for new in several}:
                get_active_user(cursor, user_id)
            if images := [new.upload for new in several if new.upload]:
                self._uploads.confirm_owner(cursor)
                self._uploads.add_all(images)
            for new in several:
                [(new_id,)] = cursor.execute("select nextval('number_ids')").fetchall()
                record = _record_of(new, new_id, created_at)
                cursor.execute(_INSERT, _values(record))
                records.append(record)
        return records

    def page(self, chosen: NumberFilter = EVERY_NUMBER, *, limit: int = 100, before: int | None = None) -> NumberPage:
        """Return the newest numbers that match a filter, or those older than the number `before`.

        Raises:
            InvalidValue: `limit` is less than 1, or `before` is no id.
            UserNotFound: the filter's user does not exist.
            StoreError: the history cannot be read at present.
        """
        if limit < 1:
            raise InvalidValue(f"limit is {limit}; 1 or more is allowed.")
        limit = min(limit, self._max_page)
        conditions = conditions_of(chosen)
        if before is not None:
            if not fits_bigint(before):
                raise InvalidValue(f"before is {before}; the id of a number is allowed.")
            conditions.add("n.id < {}", before)
        most = conditions.value(limit + 1)
        with self._store.session() as cursor:
            confirm_user_of_numbers(cursor, chosen)
            rows = cursor.execute(
                f"select {_NAMES} from numbers n {conditions.where} order by n.id desc limit {most}",  # noqa: S608  ours
                conditions.values,
            ).fetchall()
        records = tuple(_record(row) for row in rows[:limit])
        return NumberPage(records, records[-1].id if len(rows) > limit else None)

    def count(self, chosen: NumberFilter = EVERY_NUMBER) -> int:
        """Return how many numbers match a filter. Raises UserNotFound and StoreError."""
        conditions = conditions_of(chosen)
        with self._store.session() as cursor:
            confirm_user_of_numbers(cursor, chosen)
            [(count,)] = cursor.execute(
                f"select count(*) from numbers n {conditions.where}",  # noqa: S608  ours
                conditions.values,
            ).fetchall()
        number: int = count
        return number

    def get(self, number_id: int) -> NumberRecord:
        """Return one number, or raise NotFound."""
        with self._store.session() as cursor:
            return _get(cursor, number_id)

    def several(self, ids: Sequence[int]) -> list[NumberRecord]:
        """Return the numbers with these ids in their order, without deleted ones. Raises StoreError."""
        with self._store.session() as cursor:
            rows = cursor.execute(
                f"select {_NAMES} from numbers n where n.id in (select unnest($1::bigint[]))",  # noqa: S608  ours
                [list(ids)],
            ).fetchall()
        found = {record.id: record for record in map(_record, rows)}
        return [found[number_id] for number_id in ids if number_id in found]

    def upload(self, number_id: int) -> bytes:
        """Return the file of a number. Raises NotFound where it was not kept."""
        name = self.get(number_id).upload
        if name is None:
            raise NotFound(f"The file of number {number_id} was not kept.")
        return self._uploads.get(name)

    def correct(self, number_id: int, text: str, *, user_id: int = DEFAULT_USER, comments: str = "") -> NumberFeedback:
        """Record what a number really is; an earlier word of the same user is marked as replaced.

        Args:
            number_id: the stored number.
            text: its digits, a line for each line of digits; empty where there is no number at all.
            user_id: who says so.
            comments: any text of up to 2,000 characters.

        Raises:
            InvalidValue: the text has anything but digits in lines, or the comment is too long.
            NotFound: there is no such number.
            UserNotFound, UserInactive: there is no such user who may.
        """
        if len(comments) > MAX_COMMENT:
            raise InvalidValue(f"The comment has {len(comments):,} characters; at most {MAX_COMMENT:,} are allowed.")
        actual, now = checked_text(text), datetime.now(UTC)
        with self._store.writing() as cursor:
            get_active_user(cursor, user_id)
            _get(cursor, number_id)
            cursor.execute(
                "update number_feedback set replaced_at = $1 "
                "where number_id = $2 and user_id = $3 and replaced_at is null",
                [now, number_id, user_id],
            )
            [(new_id,)] = cursor.execute("select nextval('number_feedback_ids')").fetchall()
            cursor.execute(
                "insert into number_feedback values ($1, $2, $3, $4, $5, $6, null)",
                [new_id, now, number_id, user_id, actual, comments],
            )
            settle_number_labels(cursor, [number_id])
        return NumberFeedback(new_id, now, number_id, user_id, actual, comments, None)

    def feedback(self, number_id: int) -> list[NumberFeedback]:
        """Return all that users said of a number, also what was replaced, newest first. Raises NotFound."""
        with self._store.session() as cursor:
            _get(cursor, number_id)
            rows = cursor.execute(
                "select id, created_at, number_id, user_id, actual_text, comments, replaced_at "
                "from number_feedback where number_id = $1 order by id desc",
                [number_id],
            ).fetchall()
        return [
            NumberFeedback(new_id, made.astimezone(UTC), number, user, text, comments, until and until.astimezone(UTC))
            for new_id, made, number, user, text, comments, until in rows
        ]


def _record_of(new: NewNumber, number_id: int, created_at: datetime) -> NumberRecord:
    return NumberRecord(
        number_id,
        created_at,
        new.user_id,
        new.source,
        new.file_name,
        new.number,
        new.max_error,
        new.pattern,
        new.enhancement_level,
        new.upload.name if new.upload else None,
    )


def checked_text(text: str) -> str:
    """Return digits in lines without spaces around or between them. Raises InvalidValue for anything else.

    Digits of other scripts become 0 to 9; numerals such as 三百 stay as they are.
    """
    written = characters_of_symbols()
    lines = ["".join(written.get(sign, sign) for sign in "".join(line.split())) for line in text.splitlines()]
    actual = "\n".join(line for line in lines if line)
    if len(actual) > MAX_TEXT:
        raise InvalidValue(f"The text has {len(actual):,} characters; at most {MAX_TEXT:,} are allowed.")
    allowed = {"\n", *written.values()}
    if wrong := sorted(set(actual) - allowed):
        raise InvalidValue(f"The text has {wrong[0]!r}; digits are allowed, a line for each line of digits.")
    return actual


_COLUMNS = (
    "id",
    "created_at",
    "user_id",
    "source",
    "file_name",
    "text",
    "confidence",
    "accepted",
    "max_error",
    "pattern",
    "fits",
    "pages",
    "model_version",
    "seconds",
    "enhancement_level",
    "upload",
    "found",
    "script",
    "actual_text",
    "labelled_at",
)
_NAMES = ", ".join(f"n.{name}" for name in _COLUMNS)
_PLACES = ", ".join(f"${place}" for place in range(1, len(_COLUMNS) + 1))
_INSERT = f"insert into numbers ({', '.join(_COLUMNS)}) values ({_PLACES})"  # noqa: S608  column names of our own


def _get(cursor: Cursor, number_id: int) -> NumberRecord:
    rows: Sequence[tuple[Any, ...]] = ()
    if fits_bigint(number_id):
        rows = cursor.execute(f"select {_NAMES} from numbers n where n.id = $1", [number_id]).fetchall()  # noqa: S608  ours
    if not rows:
        raise NotFound(f"There is no number {number_id}.")
    return _record(rows[0])


def _values(record: NumberRecord) -> list[Any]:
    number = record.number
    return [
        record.id,
        record.timestamp,
        record.user_id,
        record.source.value,
        record.file_name,
        number.text,
        number.confidence,
        number.accept,
        record.max_error,
        record.pattern,
        number.fits,
        number.pages,
        number.model_version,
        number.seconds,
        record.enhancement_level,
        record.upload,
        json.dumps(_found(number)),
        number.script,
        None,
        None,
    ]


def _found(number: NumberPrediction) -> dict[str, Any]:
    """What was read in full, for JSON: of each digit the most probable candidates only, to six digits."""
    digits = [
        asdict(digit)
        | {
            "confidence": round(digit.confidence, 6),
            "candidates": [[each.digit, round(each.probability, 6)] for each in digit.candidates[:KEPT_CANDIDATES]],
        }
        for digit in number.digits
    ]
    return {"lines": [asdict(line) for line in number.lines], "digits": digits, "warnings": list(number.warnings)}


def _record(row: Sequence[Any]) -> NumberRecord:
    value = dict(zip(_COLUMNS, row, strict=True))
    found = json.loads(value["found"])
    number = NumberPrediction(
        text=value["text"],
        confidence=value["confidence"],
        digits=tuple(
            FoundDigit(
                **each | {"candidates": tuple(Candidate(*one) for one in each["candidates"]), "box": tuple(each["box"])}
            )
            for each in found["digits"]
        ),
        lines=tuple(
            NumberLine(**each | {"box": tuple(each["box"]), "evidence": tuple(each["evidence"])})
            for each in found["lines"]
        ),
        pages=value["pages"],
        model_version=value["model_version"],
        seconds=value["seconds"],
        warnings=tuple(found["warnings"]),
        accept=value["accepted"],
        fits=value["fits"],
        script=value["script"],
    )
    label = None
    if value["labelled_at"] is not None:
        label = NumberLabel(value["actual_text"], value["labelled_at"].astimezone(UTC))
    return NumberRecord(
        id=value["id"],
        timestamp=value["created_at"].astimezone(UTC),
        user_id=value["user_id"],
        source=Source(value["source"]),
        file_name=value["file_name"],
        number=number,
        max_error=value["max_error"],
        pattern=value["pattern"],
        enhancement_level=value["enhancement_level"],
        upload=value["upload"],
        label=label,
    )
