"""Passwords: which are allowed, their Argon2 hashes, and the check of one against a hash."""

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hwr_core.errors import InvalidValue

SHORTEST, LONGEST = 10, 256

_hasher = PasswordHasher()  # the low-memory choice of RFC 9106: 64 MiB, three passes


def hashed(password: str, username: str) -> str:
    """Return the hash of a new password. Raises InvalidValue."""
    confirm_password(password, username)
    return _hasher.hash(_normal(password))


def confirm_password(password: str, username: str) -> None:
    """Raise InvalidValue for a password that is not allowed."""
    normal = _normal(password)
    if not SHORTEST <= len(normal) <= LONGEST:
        raise InvalidValue(f"The password has {len(normal)} characters; {SHORTEST} to {LONGEST} are allowed.")
    if len(set(normal)) < 4 or normal.lower() == username.lower():
        raise InvalidValue("The password is too easy to guess. Use several words, or let a password manager make one.")


def fits(password: str, stored: str | None) -> bool:
    """Whether a password fits a stored hash; takes equally long where there is no hash."""
    try:
        _hasher.verify(stored or _hash_of_no_user(), _normal(password[: LONGEST + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


@cache
def _hash_of_no_user() -> str:
    return _hasher.hash("the password of somebody who does not exist")


def _normal(password: str) -> str:
    """The form in which the same characters are the same bytes, however they are typed (RFC 8265, 4.2)."""
    return unicodedata.normalize("NFC", password)
