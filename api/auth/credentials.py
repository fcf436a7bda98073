"""What a request shows of who sends it: an API key, a signed token, or the cookie of a session."""

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from hwr_core.auth.permissions import Caller
from hwr_core.auth.secrets import COOKIE, KEY_PREFIX
from hwr_core.auth.service import AuthService

KEY, TOKEN, SESSION = "key", "token", "session"


@dataclass(frozen=True, slots=True)
class Shown:
    """One of the three, as it was sent."""

    kind: str
    value: str


def shown_by(headers: Headers) -> Shown | None:
    """Return what a request shows; a key or a token goes before a cookie, which browsers send unasked."""
    if key := headers.get("x-api-key"):
        return Shown(KEY, key)
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return Shown(KEY if value.startswith(KEY_PREFIX) else TOKEN, value.strip())
    session = cookie_parser(headers.get("cookie", "")).get(COOKIE)
    return Shown(SESSION, session) if session else None


def caller_of(shown: Shown, auth_service: AuthService) -> Caller:
    """Return who it is. Raises NotSignedIn and StoreError."""
    return {KEY: auth_service.by_key, TOKEN: auth_service.by_token, SESSION: auth_service.by_session}[shown.kind](
        shown.value
    )
