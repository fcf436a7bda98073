"""Images and documents that may be sent twice: by a key, a program is told what was stored the first time."""

from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import TypeAlias

from hwr_core.db.cursor import Cursor
from hwr_core.errors import Conflict, InvalidValue

LONGEST_KEY = 200
"""Characters of an idempotency key."""

OLDEST = timedelta(days=366)
"""How long after a device made an image it may be sent."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What a program says of an image that it sends, perhaps not for the first time.

    `key` is its idempotency key: printable ASCII characters, 1 to 200, any that the program uses for nothing else.
    `device_time` is when the image was made, by the device's own clock.

    Raises InvalidValue for another key, for a time without an offset, and for one more than 366 days ago.
    """

    key: str | None = None
    device_time: datetime | None = None

    def __post_init__(self) -> None:
        key, time = self.key, self.device_time
        if key is not None and not (key.isascii() and key.isprintable() and 1 <= len(key) <= LONGEST_KEY):
            allowed = f"1 to {LONGEST_KEY} printable ASCII characters"
            raise InvalidValue(f"The idempotency key is {key[:LONGEST_KEY]!r}; {allowed} are allowed.")
        if time is None:
            return
        if time.tzinfo is None:
            raise InvalidValue(f"device_time is {time.isoformat()}; a time with an offset from UTC is needed.")
        if time < datetime.now(UTC) - OLDEST:
            raise InvalidValue(f"device_time is {time.isoformat()}; at most {OLDEST.days} days ago is allowed.")

    @property
    def created_at(self) -> datetime:
        """When the prediction counts as made: by the device's clock, unless that is ahead of this machine's."""
        now, time = datetime.now(UTC), self.device_time
        return now if time is None or time >= now else time.astimezone(UTC)

    def once(self, file: bytes, part: str = "") -> "Once | None":
        """Return the key with the hash of what it was sent for; None without a key.

        `part` names this of several files that a request brings along, as `Once.part` does.
        """
        if self.key is None:
            return None
        once = Once(self.key, sha256(file).hexdigest())
        return once.part(part) if part else once


@dataclass(frozen=True, slots=True)
class Once:
    """An idempotency key, and the SHA-256 of the file that it was sent with."""

    key: str
    content: str

    def part(self, name: str) -> "Once":
        """Return the key of one of several records that a request stores, or of some of them.

        No program can send it, since it has a line break.
        """
        return replace(self, key=f"{self.key}\n{name}")

    def confirm(self, content: str) -> None:
        """Raise Conflict if the key came with another file before."""
        if content != self.content:
            raise Conflict(
                f"The idempotency key {self.key.splitlines()[0]!r} was sent with another file before; "
                "use a new key for each request."
            )


Place: TypeAlias = tuple[int, str]
"""A user's id and a key: two users may use the same key."""


@dataclass(frozen=True, slots=True)
class IdempotencyKeys:
    """The idempotency keys that have stored records of one kind: their table, and its column of the records' ids."""

    table: str
    column: str

    def stored_before(self, cursor: Cursor, places: Sequence[Place]) -> dict[Place, tuple[int, str]]:
        """Return, for the keys that stored a record, its id and the hash of what it was read from."""
        if not places:
            return {}
        rows = cursor.execute(
            f"""
            select user_id, key, {self.column}, content
            from {self.table}
            where (user_id, key) in (select unnest($1::bigint[]), unnest($2::text[]))
            """,  # noqa: S608  names of our own
            [[user_id for user_id, _ in places], [key for _, key in places]],
        ).fetchall()
        return {(user_id, key): (record_id, content) for user_id, key, record_id, content in rows}

    def remember(self, cursor: Cursor, stored: Mapping[Place, tuple[int, str]]) -> None:
        """Note which record each key has stored, with the hash of what it was read from."""
        if not stored:
            return
        cursor.execute(
            f"""
            insert into {self.table} (user_id, key, {self.column}, content)
            select unnest($1::bigint[]), unnest($2::text[]), unnest($3::bigint[]), unnest($4::text[])
            """,
            [
                [user_id for user_id, _ in stored],
                [key for _, key in stored],
                [record_id for record_id, _ in stored.values()],
                [content for _, content in stored.values()],
            ],
        )


OF_PREDICTIONS = IdempotencyKeys("idempotency_keys", "prediction_id")
OF_NUMBERS = IdempotencyKeys("number_idempotency_keys", "number_id")


def first_sent(places: Mapping[int, Place | None], known: Container[Place]) -> list[int]:
    """Return the numbers of rows whose key is neither known nor that of an earlier row, or that have none."""
    seen: set[Place] = set()
    first = []
    for number, place in places.items():
        if place is None or (place not in known and place not in seen):
            first.append(number)
        if place is not None:
            seen.add(place)
    return first
