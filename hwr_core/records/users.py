"""The users whom predictions belong to."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from hwr_core.db.cursor import Cursor
from hwr_core.db.store import Store
from hwr_core.errors import Conflict, InvalidValue, UserInactive, UserNotFound
from hwr_core.records.erasure import disown_forms_of, erase_history_of, forget_access_of, forget_names_of
from hwr_core.records.keys import USUAL_KEYS, Keys, keys_from_json
from hwr_core.records.roles import refuse_if_last_admin
from hwr_core.records.uploads import Uploads
from hwr_core.scripts.script import AUTO, WESTERN, find_script

DEFAULT_USER = 1
"""Exists from the start; predictions of programs that name no user are stored for this one."""


@dataclass(frozen=True, slots=True)
class User:
    """A user of hwr; predictions belong to one. User 1 exists from the start."""

    id: int
    username: str
    email: str | None
    created_at: datetime
    is_active: bool
    script: str = WESTERN
    """The script that this user writes in: what pages begin with."""
    keys: Keys = USUAL_KEYS
    """By which this user labels, moves, saves and undoes on the pages."""


MAX_NAME = 64
MARKS = " ._-@+',()&/"
ANONYMOUS = "anonymous-"
NAME_RULE = (
    f"A username has 1 to {MAX_NAME} letters, digits, spaces or any of . , ' _ - @ + ( ) & /, starts with a letter or "
    f"a digit, and does not start with {ANONYMOUS!r}."
)

MAX_EMAIL = 254
"""RFC 5321, 4.5.3.1.3: a path of 256 characters, without its angle brackets."""
EMAIL_FORM = re.compile(r"[^\s<>\",;=][^\s<>\",;]*")
"""Hardly a rule: the older app asked for none, and nothing is sent to these addresses."""

_COLUMNS = "id, username, email, created_at, is_active, script, keys"


def fits_bigint(value: int) -> bool:
    """Whether an id column can hold the number; DuckDB raises a conversion error for any other."""
    return -(2**63) <= value < 2**63


def get_user(cursor: Cursor, user_id: int) -> User:
    """The user with this id. Raises UserNotFound."""
    row = None
    if fits_bigint(user_id):
        row = cursor.execute(f"select {_COLUMNS} from users where id = $1", [user_id]).fetchone()  # noqa: S608  ours
    if row is None:
        raise UserNotFound(user_id)
    return _user_from_row(row)


def get_active_user(cursor: Cursor, user_id: int) -> User:
    """The user with this id, who has to be active to add to the history. Raises UserNotFound and UserInactive."""
    user = get_user(cursor, user_id)
    if not user.is_active:
        raise UserInactive(user_id)
    return user


class Users:
    """The users of one history. Safe to use from many threads."""

    def __init__(self, store: Store, uploads: Uploads) -> None:
        self._store = store
        self._uploads = uploads

    def all(self, *, after: int = 0, limit: int | None = None) -> list[User]:
        """Return all users, oldest first, or at most `limit` of those after an id. Raises InvalidValue."""
        if limit is not None and limit < 1:
            raise InvalidValue(f"limit is {limit}; 1 or more is allowed.")
        with self._store.session() as cursor:
            rows = cursor.execute(
                f"select {_COLUMNS} from users where id > $1 order by id limit $2",  # noqa: S608  our columns
                [after, limit],
            ).fetchall()
        return [_user_from_row(row) for row in rows]

    def get(self, user_id: int) -> User:
        """Return one user, or raise UserNotFound."""
        with self._store.session() as cursor:
            return get_user(cursor, user_id)

    def create(self, username: str, email: str | None = None) -> User:
        """Add a user.

        Raises:
            InvalidValue: the name or the email address is not allowed.
            Conflict: the name is taken; upper and lower case make no difference.
        """
        name, address = checked_name(username), checked_email(email)
        with self._store.writing() as cursor:
            _refuse_taken(cursor, name)
            return add_user(cursor, name, address)

    def change(
        self,
        user_id: int,
        *,
        username: str | None = None,
        email: str | None = None,
        is_active: bool | None = None,
        even_last_admin: bool = False,
    ) -> User:
        """Rename, deactivate or activate a user, or change the email address, which an empty text removes.

        What is None stays as it is.

        Raises:
            UserNotFound: there is no such user.
            InvalidValue: the name or the email address is not allowed.
            Conflict: the name is taken, or user 1 or the last active admin is to be deactivated.
        """
        if is_active is False and user_id == DEFAULT_USER:
            raise Conflict("User 1 cannot be deactivated: it is the default of programs that name no user.")
        with self._store.writing() as cursor:
            user = get_user(cursor, user_id)
            if username is not None:
                name = checked_name(username)
                if name.lower() != user.username.lower():
                    _refuse_taken(cursor, name)
                user = replace(user, username=name)
            if email is not None:
                user = replace(user, email=checked_email(email))
            if is_active is not None:
                if not (is_active or even_last_admin):
                    refuse_if_last_admin(cursor, user_id, "deactivated")
                user = replace(user, is_active=is_active)
            return _update(cursor, user)

    def set_script(self, user_id: int, script: str) -> User:
        """Remember the script that a user writes in; AUTO for any. Raises UserNotFound and InvalidValue."""
        if script != AUTO:
            find_script(script)
        with self._store.writing() as cursor:
            return _update(cursor, replace(get_user(cursor, user_id), script=script))

    def set_keys(self, user_id: int, keys: Keys) -> User:
        """Remember the keys that a user has chosen. Raises UserNotFound."""
        with self._store.writing() as cursor:
            return _update(cursor, replace(get_user(cursor, user_id), keys=keys))

    def anonymise(self, user_id: int, *, even_last_admin: bool = False) -> User:
        """Remove for ever what identifies a user: name, email address, file names and comments. Predictions stay.

        Raises:
            UserNotFound: there is no such user.
            Conflict: it is user 1 or the last active admin.
        """
        _refuse_default(user_id, "anonymised")
        with self._store.writing() as cursor:
            get_user(cursor, user_id)
            if not even_last_admin:
                refuse_if_last_admin(cursor, user_id, "anonymised")
            forget_names_of(cursor, user_id)
            forget_access_of(cursor, user_id)
            return _update(cursor, User(user_id, f"{ANONYMOUS}{user_id}", None, datetime.now(UTC), is_active=False))

    def erase_history(self, user_id: int) -> int:
        """Erase all predictions of a user with their feedback and image files, and all feedback that the user gave.

        Returns the number of predictions erased. Raises UserNotFound.
        """
        with self._store.writing() as cursor:
            get_user(cursor, user_id)
            erased = erase_history_of(cursor, user_id)
        self._uploads.remove_unused(self._store, erased.uploads)
        return erased.predictions

    def delete(self, user_id: int, *, even_last_admin: bool = False) -> int:
        """Delete a user and erase their history.

        Returns the number of predictions erased.

        Raises:
            UserNotFound: there is no such user.
            Conflict: it is user 1 or the last active admin.
        """
        _refuse_default(user_id, "deleted")
        with self._store.writing() as cursor:
            get_user(cursor, user_id)
            if not even_last_admin:
                refuse_if_last_admin(cursor, user_id, "deleted")
            erased = erase_history_of(cursor, user_id)
            disown_forms_of(cursor, user_id)
            forget_access_of(cursor, user_id)
            cursor.execute("delete from users where id = $1", [user_id])
        self._uploads.remove_unused(self._store, erased.uploads)
        return erased.predictions


def checked_name(username: str) -> str:
    """Return the name in its normal form (NFKC, no spaces around it), or raise InvalidValue."""
    name = unicodedata.normalize("NFKC", username).strip()
    allowed = all(character in MARKS or _category(character) in "LNM" for character in name)
    begins_well = name[:1].isalnum() and not name.lower().startswith(ANONYMOUS)
    if len(name) > MAX_NAME or not allowed or not begins_well:
        raise InvalidValue(f"{_shown(username)} cannot be a username. {NAME_RULE}")
    return name


def checked_email(email: str | None) -> str | None:
    """Return the email address without spaces around it, None for an empty one, or raise InvalidValue."""
    address = (email or "").strip()
    if not address:
        return None
    if len(address) > MAX_EMAIL or not address.isprintable() or not EMAIL_FORM.fullmatch(address):
        raise InvalidValue(
            f'{_shown(address)} is not an email address such as name@example.org: no spaces and no < > " , ;'
        )
    return address


def _category(character: str) -> str:
    """The Unicode category of a character: L letter, N number, M mark on a letter, ..."""
    return unicodedata.category(character)[0]


def _shown(text: str) -> str:
    return repr(text if len(text) <= MAX_NAME else f"{text[:MAX_NAME]}...")


def _refuse_default(user_id: int, what: str) -> None:
    if user_id == DEFAULT_USER:
        raise Conflict(
            f"User 1 cannot be {what}: it is the default of programs that name no user. Its history can be erased."
        )


def _refuse_taken(cursor: Cursor, name: str) -> None:
    if is_taken(cursor, name):
        raise Conflict(f"The username {name!r} is taken; upper and lower case make no difference.")


def is_taken(cursor: Cursor, name: str) -> bool:
    """Whether there is a user of this name in any case of letters."""
    return cursor.execute("select 1 from users where lower(username) = lower($1)", [name]).fetchone() is not None


def add_user(cursor: Cursor, name: str, email: str | None) -> User:
    """Add a user whose name and address are checked already, and whose name is free."""
    row = cursor.execute(
        f"insert into users (username, email) values ($1, $2) returning {_COLUMNS}",  # noqa: S608  our columns
        [name, email],
    ).fetchone()
    assert row is not None  # an insert without a condition returns its row
    return _user_from_row(row)


def _update(cursor: Cursor, user: User) -> User:
    row = cursor.execute(
        "update users set username = $2, email = $3, is_active = $4, script = $5, keys = $6 where id = $1 "  # noqa: S608
        f"returning {_COLUMNS}",
        [user.id, user.username, user.email, user.is_active, user.script, _stored(user.keys)],
    ).fetchone()
    assert row is not None  # looked up in the same transaction
    return _user_from_row(row)


def _stored(keys: Keys) -> str | None:
    """Nothing for the usual keys: who has chosen none gets those of the next version."""
    return None if keys == USUAL_KEYS else keys.to_json()


def _user_from_row(row: tuple[Any, ...]) -> User:
    found_id, username, email, created_at, is_active, script, keys = row
    created = created_at.astimezone(UTC)
    return User(found_id, username, email, created, is_active, script or WESTERN, keys_from_json(keys))
