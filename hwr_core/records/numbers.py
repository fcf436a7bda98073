"""The whole numbers that were read and kept: rows, pages of them, and what users say they really are."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from hwr_core.db.cursor import Cursor
from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue, NotFound
from hwr_core.records.feedback import MAX_COMMENT
from hwr_core.records.labels import settle_number_labels
from hwr_core.records.number_filter import EVERY_NUMBER, NumberFilter, conditions_of, confirm_user_of_numbers
from hwr_core.records.number_rows import NAMES, NewNumber, NumberRecord, insert_number, record_from_row
from hwr_core.records.sent import OF_NUMBERS, Once, Place, first_sent
from hwr_core.records.uploads import Uploads
from hwr_core.records.users import DEFAULT_USER, fits_bigint, get_active_user
from hwr_core.scripts.script import characters_of_symbols

MAX_TEXT = 10_000
"""Characters of what users say a number is, at most."""


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
            Conflict: its idempotency key came with another document before.
            StoreError: the history cannot be written at present.
        """
        return self.add_all([new])[0]

    def add_all(self, several: Sequence[NewNumber]) -> list[NumberRecord]:
        """Store numbers and their files, all or none of them. Raises what `add` raises.

        One whose idempotency key has stored a number before gets that one, marked as repeated.
        """
        with self._store.writing() as cursor:
            for user_id in {new.user_id for new in several}:
                get_active_user(cursor, user_id)
            return self._stored(cursor, several)

    def _stored(self, cursor: Cursor, several: Sequence[NewNumber]) -> list[NumberRecord]:
        places = {number: new.place for number, new in enumerate(several)}
        known = OF_NUMBERS.stored_before(cursor, [place for place in places.values() if place])
        first = first_sent(places, known)
        _confirm_same(several, known)  # before files are written, which no rollback takes back
        if images := [upload for number in first if (upload := several[number].upload)]:
            self._uploads.confirm_owner(cursor)
            self._uploads.add_all(images)
        found = {number: insert_number(cursor, several[number]) for number in first}
        fresh = {
            new.place: (found[number].id, new.once.content)
            for number, new in enumerate(several)
            if number in found and new.place and new.once
        }
        OF_NUMBERS.remember(cursor, fresh)
        known |= fresh
        for number, new in enumerate(several):
            if number not in found:
                assert new.place is not None  # one without a key was stored
                number_id, _ = known[new.place]
                found[number] = _again(cursor, number_id)
        return [found[number] for number in range(len(several))]

    def sent_before(self, user_id: int, once: Once) -> NumberRecord | None:
        """Return the number that a user's idempotency key has stored before, marked as repeated; None for a new key.

        Raises:
            UserNotFound, UserInactive: the user cannot add to the history.
            Conflict: the key came with another document.
            StoreError: the history cannot be read at present.
        """
        with self._store.session() as cursor:
            get_active_user(cursor, user_id)
            place = (user_id, once.key)
            known = OF_NUMBERS.stored_before(cursor, [place])
            if place not in known:
                return None
            number_id, content = known[place]
            once.confirm(content)
            return _again(cursor, number_id)

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
                f"select {NAMES} from numbers n {conditions.where} order by n.id desc limit {most}",  # noqa: S608  ours
                conditions.values,
            ).fetchall()
        records = tuple(record_from_row(row) for row in rows[:limit])
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
                f"select {NAMES} from numbers n where n.id in (select unnest($1::bigint[]))",  # noqa: S608  ours
                [list(ids)],
            ).fetchall()
        found = {record.id: record for record in map(record_from_row, rows)}
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


def _confirm_same(several: Sequence[NewNumber], known: Mapping[Place, tuple[int, str]]) -> None:
    """Raise Conflict where a key came with another document before, be it one of these numbers."""
    contents = {place: content for place, (_, content) in known.items()}
    for new in several:
        if new.place and new.once:
            new.once.confirm(contents.setdefault(new.place, new.once.content))


def _again(cursor: Cursor, number_id: int) -> NumberRecord:
    """What a key has stored, marked as repeated."""
    return replace(_get(cursor, number_id), repeated=True)


def _get(cursor: Cursor, number_id: int) -> NumberRecord:
    rows: Sequence[tuple[Any, ...]] = ()
    if fits_bigint(number_id):
        rows = cursor.execute(f"select {NAMES} from numbers n where n.id = $1", [number_id]).fetchall()  # noqa: S608  ours
    if not rows:
        raise NotFound(f"There is no number {number_id}.")
    return record_from_row(rows[0])
