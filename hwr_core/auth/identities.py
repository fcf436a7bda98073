"""Accounts at identity providers linked to users: found by subject, the first time by verified email address."""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count

from hwr_core.auth.credentials import ensure_account
from hwr_core.auth.permissions import Caller
from hwr_core.db.cursor import Cursor
from hwr_core.db.store import Store
from hwr_core.errors import Conflict, InvalidValue, NotFound, NotSignedIn
from hwr_core.records.users import User, add_user, checked_email, checked_name, get_user, is_taken


@dataclass(frozen=True, slots=True)
class Identity:
    """An account at an identity provider: issuer and subject identify it for good, the rest may change.

    `email` is given only where the provider has verified it; `names` are possible usernames, the best first.
    """

    issuer: str
    subject: str
    email: str | None = None
    names: tuple[str, ...] = ()


NAMELESS = "somebody"
"""The username of a new user whose provider sends no name that is allowed here."""


class Identities:
    """The linked accounts of one store. Safe to use from many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def caller(self, identity: Identity, *, may_join: bool) -> Caller:
        """Return the user of an account: the linked one, else the one with its address, else a new viewer if allowed.

        Raises NotSignedIn, with a message for the user, where there is none or the user is deactivated.
        """
        with self._store.writing() as cursor:
            user = _owner(cursor, identity) or _user_with_address(cursor, identity)
            if user is None:
                if not may_join:
                    raise NotSignedIn(
                        "There is no user for this account. An admin can add you with your email address."
                    )
                user = add_user(cursor, _free_name(cursor, identity.names), _email_of(identity))
                _link(cursor, user.id, identity)
            if not user.is_active:
                raise NotSignedIn("Your user is deactivated. An admin can activate it.")
            return Caller(user.id, user.username, ensure_account(cursor, user.id))

    def link(self, user_id: int, identity: Identity) -> None:
        """Link an account to a user. Raises UserNotFound, and Conflict where either is linked already."""
        with self._store.writing() as cursor:
            get_user(cursor, user_id)
            if owner := _owner(cursor, identity):
                raise Conflict(f"This account is already linked to user {owner.id}.")
            if _is_linked(cursor, user_id, identity.issuer):
                raise Conflict(f"User {user_id} is linked to another account there. Unlink it first.")
            _link(cursor, user_id, identity)
            ensure_account(cursor, user_id)

    def unlink(self, user_id: int) -> None:
        """Unlink a user's accounts and end the sessions. Raises UserNotFound and NotFound."""
        with self._store.writing() as cursor:
            get_user(cursor, user_id)
            if not cursor.execute("select 1 from identities where user_id = $1", [user_id]).fetchone():
                raise NotFound(f"User {user_id} is not linked to an identity provider.")
            for table in ("identities", "sessions"):
                cursor.execute(f"delete from {table} where user_id = $1", [user_id])  # noqa: S608  ours


def _owner(cursor: Cursor, identity: Identity) -> User | None:
    row = cursor.execute(
        "select user_id from identities where issuer = $1 and subject = $2", [identity.issuer, identity.subject]
    ).fetchone()
    return get_user(cursor, row[0]) if row else None


def _user_with_address(cursor: Cursor, identity: Identity) -> User | None:
    """The user with this email address, linked from now on. Raises NotSignedIn where that is ambiguous."""
    if identity.email is None:
        return None
    rows = cursor.execute("select id from users where lower(email) = lower($1)", [identity.email]).fetchall()
    if not rows:
        return None
    if len(rows) > 1:
        raise NotSignedIn("Several users have your email address. An admin can link your account.")
    user = get_user(cursor, rows[0][0])
    # An address may be reassigned to a new person: the user that had it before keeps the linked account.
    if _is_linked(cursor, user.id, identity.issuer):
        raise NotSignedIn("The user with your email address is linked to another account. An admin can link yours.")
    if user.is_active:
        _link(cursor, user.id, identity)
    return user


def _is_linked(cursor: Cursor, user_id: int, issuer: str) -> bool:
    found = cursor.execute("select 1 from identities where user_id = $1 and issuer = $2", [user_id, issuer])
    return found.fetchone() is not None


def _link(cursor: Cursor, user_id: int, identity: Identity) -> None:
    cursor.execute(
        "insert into identities (issuer, subject, user_id, created_at) values ($1, $2, $3, $4)",
        [identity.issuer, identity.subject, user_id, datetime.now(UTC)],
    )


def _email_of(identity: Identity) -> str | None:
    try:
        return checked_email(identity.email)
    except InvalidValue:
        return None


def _free_name(cursor: Cursor, names: tuple[str, ...]) -> str:
    """The first of the names that is allowed, with a number where it is taken."""
    name = next(filter(None, map(_allowed, names)), NAMELESS)
    if not is_taken(cursor, name):
        return name
    return next(numbered for number in count(2) if not is_taken(cursor, numbered := f"{name[:56]} {number}"))


def _allowed(name: str) -> str | None:
    try:
        return checked_name(name)
    except InvalidValue:
        return None
