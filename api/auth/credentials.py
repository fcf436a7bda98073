"""The credential that a request carries: an API key, a signed token, or the cookie of a session."""

from dataclasses import dataclass

from starlette.datastructures import Headers
from starlette.requests import cookie_parser

from hwr_core.app import COOKIE, KEY_PREFIX, AuthService, Caller

KEY, TOKEN, SESSION = "key", "token", "session"


@dataclass(frozen=True, slots=True)
class Credential:
    """One of the three, as it was sent; nothing is known of it yet."""

    kind: str
    value: str


def credential_of(headers: Headers) -> Credential | None:
    """Return the credential of a request; a key or a token goes before a cookie, which browsers send unasked."""
    if key := headers.get("x-api-key"):
        return Credential(KEY, key)
    scheme, _, value = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer":
        return Credential(KEY if value.startswith(KEY_PREFIX) else TOKEN, value.strip())
    session = cookie_parser(headers.get("cookie", "")).get(COOKIE)
    return Credential(SESSION, session) if session else None


def caller_of(credential: Credential, auth_service: AuthService) -> Caller:
    """Return the user it belongs to. Raises NotSignedIn and StoreError."""
    find = {KEY: auth_service.by_key, TOKEN: auth_service.by_token, SESSION: auth_service.by_session}[credential.kind]
    return find(credential.value)
