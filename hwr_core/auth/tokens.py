"""Short-lived signed tokens (JWT, HS256) for programs that come with a name and a password."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt

from hwr_core.errors import NotSignedIn

ALGORITHM = "HS256"
AUDIENCE = "hwr"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says: whose it is, and when that person's password was last changed as it was made."""

    user_id: int
    since: str


def signed(claims: Claims, secret: str, lifetime: timedelta) -> str:
    """Return a token that holds so long."""
    now = datetime.now(UTC)
    payload = {
        "sub": str(claims.user_id),
        "since": claims.since,
        "aud": AUDIENCE,
        "iat": now,
        "exp": now + lifetime,
    }
    return jwt.encode(payload, secret, ALGORITHM)


def verified(token: str, secret: str) -> Claims:
    """Return what a token says. Raises NotSignedIn for one that is not ours, was changed or is past its time."""
    try:
        # The algorithm is ours to name: a token that could choose it might choose none.
        payload = jwt.decode(
            token,
            secret,
            algorithms=[ALGORITHM],
            audience=AUDIENCE,
            options={"require": ["sub", "since", "aud", "iat", "exp"]},
        )
        return Claims(int(payload["sub"]), str(payload["since"]))
    except (jwt.InvalidTokenError, ValueError) as error:
        raise NotSignedIn("The token is not valid, or is past its time. Sign in again.") from error
