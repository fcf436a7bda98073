"""What a browser is given once somebody has signed in with it: by it the next sign-in of that user is known."""

from collections.abc import Callable
from datetime import timedelta

from hwr_core.auth import secrets
from hwr_core.auth.credentials import Credentials
from hwr_core.auth.tokens import DEVICE, Claims, signed, verified
from hwr_core.errors import NotSignedIn

KNOWN_FOR = timedelta(days=365)


class KnownDevices:
    """Signs and checks such tokens; they open nothing, and a new password makes those before it worthless."""

    def __init__(self, secret: Callable[[], str]) -> None:
        self._secret = secret

    def token(self, of: Credentials) -> str:
        """Return a token for a user who has just signed in."""
        return signed(_claims(of), self._secret(), KNOWN_FOR, audience=DEVICE)

    def is_of(self, token: str, of: Credentials) -> bool:
        """Whether a token is one of this user's, and from after the last change of the password."""
        try:
            return verified(token, self._secret(), audience=DEVICE) == _claims(of)
        except NotSignedIn:
            return False

    @staticmethod
    def name_of(token: str) -> str:
        """Return a name of the browser to count by."""
        return secrets.hash_of(token)


def _claims(of: Credentials) -> Claims:
    return Claims(of.caller.user_id, of.changed_at.isoformat())
