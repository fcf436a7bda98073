"""Random tokens, the hashes that are stored of them, and the secret that signs tokens."""

import hashlib
import os
import secrets
from pathlib import Path

from hwr_core.errors import StoreUnavailable
from hwr_core.files import because
from hwr_core.settings import Settings

KEY_PREFIX = "hwr_"
"""The beginning of every API key, so that one in the wrong place is recognised."""
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
    """Return the hash that is stored of a token; a token is too random to guess, so no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()


def signing_secret(settings: Settings) -> str:
    """Return HWR_SECRET, else the secret in the data folder, created at first use and readable only by its owner.

    Raises StoreUnavailable.
    """
    if settings.secret is not None:
        return settings.secret.get_secret_value()
    file = settings.secret_file
    try:
        return file.read_text() if file.exists() else _created(file)
    except OSError as error:
        raise StoreUnavailable(f"The secret in the data folder cannot be read or created{because(error)}.") from error


def _created(file: Path) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    aside = file.with_name(f".{file.name}-{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as stream:
            stream.write(new_token())
        os.link(aside, file)  # fails where another process was faster
    except FileExistsError:
        pass
    finally:
        aside.unlink()
    return file.read_text()
