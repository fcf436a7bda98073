"""Random tokens and the hashes by which they are kept; the secret that signs."""

import hashlib
import os
import secrets
from pathlib import Path

from hwr_core.errors import StoreUnavailable
from hwr_core.settings import Settings

KEY_PREFIX = "hwr_"
"""What every API key begins with, so that one in the wrong place is noticed."""
COOKIE = "hwr_session"
"""The cookie that holds the token of a browser's session."""
HINT = len(KEY_PREFIX) + 4

_BYTES = 32


def new_token() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(_BYTES)


def new_key() -> str:
    """Return a new API key."""
    return KEY_PREFIX + new_token()


def hash_of(token: str) -> str:
    """Return what is kept of a token; it is too random to be guessed, so that no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def signing_secret(settings: Settings) -> str:
    """Return HWR_SECRET, else what lies in the data folder, made the first time for its owner's eyes alone.

    Raises StoreUnavailable.
    """
    if settings.secret is not None:
        return settings.secret.get_secret_value()
    file = settings.secret_file
    try:
        return file.read_text() if file.exists() else _made(file)
    except OSError as error:
        raise StoreUnavailable("The secret in the data folder cannot be read or made.") from error


def _made(file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}-{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as stream:
            stream.write(new_token())
        os.link(aside, file)  # fails where another process was quicker
    except FileExistsError:
        pass
    finally:
        aside.unlink()
    return file.read_text()
