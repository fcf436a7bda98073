"""The table of roles and password hashes; `passwords` makes and checks the hashes."""

from dataclasses import dataclass
from datetime import UTC, datetime

from hwr_core.auth.permissions import Caller
from hwr_core.db.cursor import Cursor
from hwr_core.db.store import Store
from hwr_core.records.roles import Role, refuse_if_last_admin
from hwr_core.records.users import get_user


@dataclass(frozen=True, slots=True)
class Account:
    """A user's role, whether there is a password, and whether an account at an identity provider is linked."""

    user_id: int
    role: Role
    has_password: bool
    is_linked: bool


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a sign-in is checked against; tokens from before `changed_at`, the last change of password, are invalid."""

    caller: Caller
    password_hash: str | None
    changed_at: datetime


_SELECT = """
    select u.id, u.username, c.role, c.password_hash, c.changed_at
    from users u
    join credentials c on c.user_id = u.id
"""


class CredentialsTable:
    """The credentials of one store. Safe to use from many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def of_name(self, username: str) -> Credentials | None:
        """Return an active user's credentials; upper and lower case make no difference."""
        with self._store.session() as cursor:
            return _one(cursor, "where lower(u.username) = lower($1) and u.is_active", username)

    def of_user(self, user_id: int) -> Credentials | None:
        """Return an active user's credentials."""
        with self._store.session() as cursor:
            return _one(cursor, "where u.id = $1 and u.is_active", user_id)

    def accounts(self) -> dict[int, Account]:
        """Return all accounts by user id."""
        with self._store.session() as cursor:
            rows = cursor.execute(
                """
                select user_id, role, password_hash is not null, user_id in (select user_id from identities)
                from credentials
                """
            ).fetchall()
        return {row[0]: Account(row[0], Role(row[1]), has_password=row[2], is_linked=row[3]) for row in rows}

    def account(self, user_id: int) -> Account:
        """Return one user's account; a user without one is a viewer without a password. Raises UserNotFound."""
        with self._store.session() as cursor:
            get_user(cursor, user_id)
        return self.accounts().get(user_id, Account(user_id, Role.VIEWER, has_password=False, is_linked=False))

    def set_role(self, user_id: int, role: Role, *, even_last_admin: bool = False) -> None:
        """Set a user's role. Raises UserNotFound, and Conflict where no active admin would be left."""
        with self._store.writing() as cursor:
            ensure_account(cursor, user_id)
            if not (role is Role.ADMIN or even_last_admin):
                refuse_if_last_admin(cursor, user_id, "given another role")
            cursor.execute("update credentials set role = $2 where user_id = $1", [user_id, role.value])

    def set_password(self, user_id: int, password_hash: str) -> None:
        """Set a user's password and end all sessions. Raises UserNotFound."""
        with self._store.writing() as cursor:
            ensure_account(cursor, user_id)
            cursor.execute(
                "update credentials set password_hash = $2, changed_at = $3 where user_id = $1",
                [user_id, password_hash, datetime.now(UTC)],
            )
            cursor.execute("delete from sessions where user_id = $1", [user_id])


def ensure_account(cursor: Cursor, user_id: int) -> Role:
    """Return a user's role, making them a viewer where they have none yet. Raises UserNotFound."""
    get_user(cursor, user_id)
    row = cursor.execute("select role from credentials where user_id = $1", [user_id]).fetchone()
    if row is not None:
        return Role(row[0])
    cursor.execute(
        "insert into credentials (user_id, role, changed_at) values ($1, $2, $3)",
        [user_id, Role.VIEWER.value, datetime.now(UTC)],
    )
    return Role.VIEWER


def _one(cursor: Cursor, where: str, value: object) -> Credentials | None:
    row = cursor.execute(f"{_SELECT} {where}", [value]).fetchone()
    if row is None:
        return None
    user_id, username, role, password_hash, changed_at = row
    return Credentials(Caller(user_id, username, Role(role)), password_hash, changed_at.astimezone(UTC))
