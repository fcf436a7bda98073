"""hwr serve: dashboard and REST API in one process."""

import argparse
import contextlib
import ipaddress
import socket
import sys

from hwr_core import __version__
from hwr_core.cli.arguments import Commands
from hwr_core.cli.status import DONE, UNUSABLE
from hwr_core.errors import InvalidValue, StoreError
from hwr_core.settings import Settings, load_settings
from hwr_core.workspace import Workspace


def add_to(commands: Commands) -> None:
    """Add the command."""
    serve = commands.add_parser("serve", help="start the dashboard and the REST API in one process")
    serve.add_argument("--host", help="address to bind to (HWR_HOST, else 127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to bind to (HWR_PORT, else 8000)")
    serve.add_argument(
        "--open-to-all", action="store_true", default=None, help="let others in without sign-in (HWR_OPEN_TO_ALL)"
    )
    serve.set_defaults(run=_serve)


def _serve(options: argparse.Namespace) -> int:
    import uvicorn  # here, because the other commands need no server

    given = {name: value for name in ("host", "port", "open_to_all") if (value := getattr(options, name)) is not None}
    settings = load_settings(**given)
    _confirm_safe(settings)
    with _listening(settings.host, settings.port) as listener:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        address = f"http://{host}:{listener.getsockname()[1]}"
        print(f"hwr {__version__}: open {address} (API guide under /docs)", flush=True)
        server = uvicorn.Server(uvicorn.Config("asgi:create_app", factory=True, access_log=False))
        with contextlib.suppress(KeyboardInterrupt):  # the usual end: uvicorn has shut down and tells of it again
            server.run(sockets=[listener])
    return DONE if server.started else UNUSABLE


def _confirm_safe(settings: Settings) -> None:
    """Refuse to let the whole network in by mistake, and tell who would lock everybody out."""
    if settings.auth == "required":
        # A database that another program holds at present is the server's to wait for.
        with contextlib.suppress(StoreError), Workspace(settings) as workspace:
            if not any(account.has_password for account in workspace.access.accounts().values()):
                print("Nobody can sign in yet: hwr users create NAME --admin", file=sys.stderr)
    elif not settings.open_to_all and not _is_loopback(settings.host):
        raise InvalidValue(
            f"Whoever reaches {settings.host} could read and change everything, as nobody has to sign in. Set "
            "HWR_AUTH=required, bind to 127.0.0.1, or say --open-to-all if that is meant."
        )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name
        return host == "localhost"


def _listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens already: whoever opens the address while we start waits instead of being refused.

    Raises:
        InvalidValue: it cannot listen there.
    """
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        reason = str(error.strerror).partition(" (while ")[0]  # Python adds the address, which stands before it
        raise InvalidValue(f"The server cannot listen on {host}, port {port}: {reason}.") from error
