"""The audit log: who signed in, was refused, promoted, deleted, exported. Entries are never changed."""

from dataclasses import dataclass
from datetime import UTC, datetime

from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One row of the audit log: who did what to what, when (UTC) and from where.

    `user_id` is None where nobody was signed in, as on the command line; `username` where the user was deleted.
    """

    id: int
    timestamp: datetime
    user_id: int | None
    username: str | None
    act: str
    about: str
    address: str


SIGNED_IN, GOT_TOKEN = "signed in", "got a token"
"""Acts after the right password, from an address that is known from then on."""

MAX_PAGE = 1000
MAX_ABOUT = 500


class AuditLog:
    """The audit log of one store. Safe to use from many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def add(self, act: str, *, user_id: int | None = None, about: str = "", address: str = "") -> None:
        """Add an entry. Raises StoreError."""
        with self._store.writing() as cursor:
            cursor.execute(
                """
                insert into audit (id, created_at, user_id, act, about, address)
                values (nextval('audit_ids'), $1, $2, $3, $4, $5)
                """,
                [datetime.now(UTC), user_id, act, about[:MAX_ABOUT], address],
            )

    def has_signed_in(self, user_id: int, address: str) -> bool:
        """Whether a user has signed in from an address before. Raises StoreError."""
        with self._store.session() as cursor:
            found = cursor.execute(
                "select 1 from audit where user_id = $1 and address = $2 and act in ($3, $4) limit 1",
                [user_id, address, SIGNED_IN, GOT_TOKEN],
            ).fetchone()
        return found is not None

    def page(self, *, limit: int = 100, before: int | None = None) -> list[AuditEntry]:
        """Return the newest entries, or those older than the entry `before`. Raises InvalidValue."""
        if not 1 <= limit <= MAX_PAGE:
            raise InvalidValue(f"limit is {limit}; 1 to {MAX_PAGE} is allowed.")
        with self._store.session() as cursor:
            rows = cursor.execute(
                """
                select a.id, a.created_at, a.user_id, u.username, a.act, a.about, a.address
                from audit a
                left join users u on u.id = a.user_id
                where $1::bigint is null or a.id < $1
                order by a.id desc
                limit $2
                """,
                [before, limit],
            ).fetchall()
        return [AuditEntry(row[0], row[1].astimezone(UTC), *row[2:]) for row in rows]
