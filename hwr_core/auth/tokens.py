"""Short-lived signed tokens (JWT, HS256) for programs that sign in with a name and a password."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt

from hwr_core.errors import NotSignedIn

ALGORITHM = "HS256"
AUDIENCE, DEVICE = "hwr", "hwr-device"
"""What a token is for: to act as a user, or to be a browser that is known."""


@dataclass(frozen=True, slots=True)
class Claims:
    """The content of a token: the user, and when the password had last been changed when it was issued."""

    user_id: int
    since: str


def signed(claims: Claims, secret: str, lifetime: timedelta, *, audience: str = AUDIENCE) -> str:
    """Return a signed token that is valid for the given time."""
    now = datetime.now(UTC)
    payload = {
        "sub": str(claims.user_id),
        "since": claims.since,
        "aud": audience,
        "iat": now,
        "exp": now + lifetime,
    }
    return jwt.encode(payload, secret, ALGORITHM)


def verified(token: str, secret: str, *, audience: str = AUDIENCE) -> Claims:
    """Return the claims of a token. Raises NotSignedIn for one that is not ours, was changed or has expired."""
    try:
        # The algorithm is fixed: a token that could choose it might choose none.
        payload = jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            audience=audience,
            options={"require": ["sub", "since", "aud", "iat", "exp"]},
        )
        return Claims(int(payload["sub"]), str(payload["since"]))
    except (jwt.InvalidTokenError, ValueError) as error:
        raise NotSignedIn("The token is not valid or has expired. Sign in again.") from error
