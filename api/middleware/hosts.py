"""Refuses host names that somebody else may have pointed at this server (DNS rebinding)."""

from collections.abc import Collection
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import forbid
from api.middleware.local_only import is_ip_address

DETAIL = (
    "This server does not answer to the host name in the request. Whoever runs it can add that name to "
    "HWR_ALLOWED_HOSTS."
)

LOCAL_ENDINGS = (".localhost", ".local", ".internal", ".home.arpa")
"""Endings that no registry sells (RFC 6761, 6762, 8375): only this machine or its network decides where they lead."""


class KnownHosts:
    """Pure ASGI middleware by the `Host` header, which no page can choose.

    Starlette's TrustedHostMiddleware knows only patterns; here every IP address is accepted as well.
    """

    def __init__(self, app: ASGIApp, allowed: Collection[str]) -> None:
        self._app = app
        self._allowed = allowed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it names an unknown host."""
        if scope["type"] == "lifespan" or is_known(Headers(scope=scope).get("host", ""), self._allowed):
            await self._app(scope, receive, send)
        else:
            await forbid(DETAIL, scope, receive, send)


def is_known(host: str, allowed: Collection[str]) -> bool:
    """Whether a `Host` header names this server: one that is allowed, or that nobody else can have pointed here.

    An allowed `*.example.org` stands for every name below, `*` for any. Programs may send no header; browsers do.
    """
    try:
        name = (urlsplit(f"//{host}").hostname or "").removesuffix(".")
    except ValueError:  # brackets that do not match
        return False
    by_name = any(name == one or (one.startswith("*") and name.endswith(one[1:])) for one in allowed)
    return by_name or "." not in name or name.endswith(LOCAL_ENDINGS) or is_ip_address(name)
