"""Refuses what another site's page makes a visitor's browser do here: changes, and WebSockets."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.auth.credentials import SESSION, credential_of
from api.errors import forbid

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

DETAIL = "This request does not come from a page of this server. Use its own pages, or send an API key."


class CrossSite:
    """Pure ASGI middleware, also where nobody has to sign in: any page may send a form to 127.0.0.1."""

    def __init__(self, app: ASGIApp, origins: Collection[str]) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless another site's page may be behind it."""
        changes = scope["type"] == "websocket" or (scope["type"] == "http" and scope["method"] not in SAFE_METHODS)
        if not changes or not is_foreign(Headers(scope=scope), self._origins):
            await self._app(scope, receive, send)
        else:
            await forbid(DETAIL, scope, receive, send)


def is_foreign(headers: Headers, origins: Collection[str]) -> bool:
    """Whether another site's page may be behind a request; one with a cookie has to prove that none is."""
    credential = credential_of(headers)
    if credential is not None and credential.kind != SESSION:  # a page cannot make a browser send these
        return False
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    if credential is None and origin in origins:
        return False
    if site is not None:
        return site not in ("same-origin", "none")
    if origin is not None:
        return urlsplit(origin).netloc != headers.get("host")
    return credential is not None
