"""Without sign-in, hwr is single-user on localhost, whichever server runs it and whatever address that listens on."""

from ipaddress import ip_address

from starlette.types import ASGIApp, Receive, Scope, Send

from api.errors import forbid
from hwr_core.app import is_own_address

DETAIL = (
    "Without sign-in, hwr answers its own machine only. Whoever runs it can turn sign-in on, put a reverse proxy in "
    "front, or set HWR_ALLOW_OPEN=1."
)


class LocalOnly:
    """Refuses requests that came in on an address of the network; a socket file counts as this machine."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, unless it came in on an address of the network."""
        if scope["type"] == "lifespan" or _is_of_this_machine(scope):
            await self._app(scope, receive, send)
        else:
            await forbid(DETAIL, scope, receive, send)


def _is_of_this_machine(scope: Scope) -> bool:
    """Whether the connection was made to a local address, which `uvicorn` and `gunicorn` give as an IP address."""
    host, _ = scope.get("server") or ("localhost", None)
    return is_own_address(host) or not is_ip_address(host)


def is_ip_address(host: str) -> bool:
    """Whether a host is an IP address, not a name."""
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
