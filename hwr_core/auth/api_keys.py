"""The table of API keys: named, with an expiry, and stored only as hashes."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from hwr_core.auth.permissions import Caller
from hwr_core.db.store import Store
from hwr_core.errors import NotFound
from hwr_core.records.roles import Role
from hwr_core.records.users import fits_bigint, get_active_user


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key with which a program acts for a user; the key itself is not stored. Times are UTC.

    `hint` is the beginning of the key, to tell it from others. Without `expires_at` it is valid until it is revoked.
    """

    id: int
    user_id: int
    name: str
    hint: str
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


_COLUMNS = "id, user_id, name, hint, created_at, expires_at, last_used_at, revoked_at"


class ApiKeys:
    """The API keys of one store. Safe to use from many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, user_id: int, name: str, key_hash: str, hint: str, expires_at: datetime | None) -> ApiKey:
        """Store a new key. Raises UserNotFound and UserInactive."""
        with self._store.writing() as cursor:
            get_active_user(cursor, user_id)
            row = cursor.execute(
                f"""
                insert into api_keys (id, user_id, name, key_hash, hint, created_at, expires_at)
                values (nextval('api_key_ids'), $1, $2, $3, $4, $5, $6)
                returning {_COLUMNS}
                """,  # noqa: S608  column names of our own
                [user_id, name, key_hash, hint, datetime.now(UTC), expires_at],
            ).fetchone()
        assert row is not None  # an insert without a condition returns its row
        return _key_from_row(row)

    def all(self, user_id: int | None = None) -> list[ApiKey]:
        """Return the keys of one user, or of all, newest first."""
        with self._store.session() as cursor:
            rows = cursor.execute(
                f"select {_COLUMNS} from api_keys where $1::bigint is null or user_id = $1 order by id desc",  # noqa: S608
                [user_id],
            ).fetchall()
        return [_key_from_row(row) for row in rows]

    def caller(self, key_hash: str) -> Caller | None:
        """Return whom a key acts for, None when it is unknown, revoked, expired or of a deactivated user."""
        with self._store.session() as cursor:
            row = cursor.execute(
                """
                select u.id, u.username, coalesce(c.role, $3), k.id
                from api_keys k
                join users u on u.id = k.user_id
                left join credentials c on c.user_id = k.user_id
                where k.key_hash = $1
                    and k.revoked_at is null
                    and (k.expires_at is null or k.expires_at > $2)
                    and u.is_active
                """,
                [key_hash, datetime.now(UTC), Role.VIEWER.value],
            ).fetchone()
        return None if row is None else Caller(row[0], row[1], Role(row[2]), key_id=row[3])

    def mark_used(self, key_id: int) -> None:
        """Record that a key has just been used."""
        with self._store.writing() as cursor:
            cursor.execute("update api_keys set last_used_at = $2 where id = $1", [key_id, datetime.now(UTC)])

    def revoke(self, user_id: int | None, key_id: int) -> ApiKey:
        """Revoke a key, of one user or of any. Raises NotFound."""
        row = None
        if fits_bigint(key_id):
            with self._store.writing() as cursor:
                row = cursor.execute(
                    f"""
                    update api_keys
                    set revoked_at = coalesce(revoked_at, $3)
                    where id = $2 and ($1::bigint is null or user_id = $1)
                    returning {_COLUMNS}
                    """,  # noqa: S608  as above
                    [user_id, key_id, datetime.now(UTC)],
                ).fetchone()
        if row is None:
            raise NotFound(f"There is no API key {key_id}.")
        return _key_from_row(row)


def _key_from_row(row: tuple[Any, ...]) -> ApiKey:
    key_id, user_id, name, hint, *times = row
    created_at, expires_at, last_used_at, revoked_at = (time and time.astimezone(UTC) for time in times)
    return ApiKey(key_id, user_id, name, hint, created_at, expires_at, last_used_at, revoked_at)
