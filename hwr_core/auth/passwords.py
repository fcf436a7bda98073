"""Passwords: which are allowed, their argon2 hashes, and whether one fits."""

import unicodedata
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from hwr_core.errors import InvalidValue

SHORTEST, LONGEST = 10, 256

_hasher = PasswordHasher()  # RFC 9106's choice for little memory: 64 MiB, three passes


def hashed(password: str, username: str) -> str:
    """Return what to keep of a new password. Raises InvalidValue."""
    confirm_password(password, username)
    return _hasher.hash(_normal(password))


def confirm_password(password: str, username: str) -> None:
    """Raise InvalidValue for a password that is not allowed."""
    normal = _normal(password)
    if not SHORTEST <= len(normal) <= LONGEST:
        raise InvalidValue(f"The password has {len(normal)} characters; {SHORTEST} to {LONGEST} are allowed.")
    if len(set(normal)) < 4 or normal.lower() == username.lower():
        raise InvalidValue("The password is too easy to guess; take several words, or have one made for you.")


def fits(password: str, kept: str | None) -> bool:
    """Whether a password is the one whose hash was kept; takes as long where there is none as where there is one."""
    try:
        _hasher.verify(kept or _nobodys(), _normal(password[: LONGEST + 1]))
    except (VerificationError, InvalidHashError):
        return False
    return kept is not None


@cache
def _nobodys() -> str:
    return _hasher.hash("the password of somebody who does not exist")


def _normal(password: str) -> str:
    """The form in which the same characters are the same bytes, however a keyboard makes them (RFC 8265, 4.2)."""
    return unicodedata.normalize("NFC", password)
