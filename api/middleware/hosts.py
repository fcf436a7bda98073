"""Refuses names that a stranger can have lead here: their page would pass for one of ours (DNS rebinding)."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import forbid
from api.middleware.own_machine import is_number

DETAIL = (
    "This server does not go by the name that it was asked under. Whoever runs it can add that name to "
    "HWR_ALLOWED_HOSTS."
)

NOBODYS = (".localhost", ".local", ".internal", ".home.arpa")
"""Endings that no registry sells (RFC 6761, 6762, 8375): they lead where this machine or its network says."""


class KnownHosts:
    """Pure ASGI middleware by the `Host` header, which no page can choose.

    Starlette's TrustedHostMiddleware knows patterns alone; here every address in numbers is a name of this server.
    """

    def __init__(self, app: ASGIApp, allowed: Collection[str]) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it asks for somebody else's name."""
        if scope["type"] == "lifespan" or is_known(Headers(scope=scope).get("host", ""), self._allowed):
            await self._app(scope, receive, send)
        else:
            await forbid(DETAIL, scope, receive, send)


def is_known(host: str, allowed: Collection[str]) -> bool:
    """Whether a `Host` header names this server: one that is allowed, or that nobody else can have made lead here.

    An allowed `*.example.org` stands for every name below, `*` for any. Programs may send no header; browsers do.
    """
    try:
        name = (urlsplit(f"//{host}").hostname or "").removesuffix(".")
    except ValueError:  # brackets that do not match
        return False
    by_name = any(name == one or (one.startswith("*") and name.endswith(one[1:])) for one in allowed)
    return by_name or "." not in name or name.endswith(NOBODYS) or is_number(name)
