"""hwr serve: dashboard and REST API in one process."""

import argparse
import contextlib
import os
import socket
import sys

from hwr_core import __version__, logs
from hwr_core.app.workspace import Workspace
from hwr_core.cli.arguments import Commands
from hwr_core.cli.status import DONE, UNUSABLE
from hwr_core.errors import InvalidValue, StoreError
from hwr_core.settings import Settings, confirm_binding, load_settings

FAREWELL = 15
"""Seconds that requests have to end once the server is to; one whose client takes nothing would keep it for ever."""


def add_to(commands: Commands) -> None:
    """Add the command."""
    serve = commands.add_parser("serve", help="start the dashboard and the REST API in one process")
    serve.add_argument("--host", help="address to bind to (HWR_HOST, else 127.0.0.1)")
    serve.add_argument("--port", type=int, help="port to bind to (HWR_PORT, else 8000)")
    serve.set_defaults(run=_serve)


def _serve(options: argparse.Namespace) -> int:
    import uvicorn  # here, because the other commands need no server

    given = {name: value for name in ("host", "port") if (value := getattr(options, name)) is not None}
    settings = load_settings(**given)
    confirm_binding(settings)
    _tell_who_would_be_locked_out(settings)
    with _listening(settings.host, settings.port) as listener:
        host = f"[{settings.host}]" if ":" in settings.host else settings.host
        port = listener.getsockname()[1]
        address = f"http://{host}:{port}"
        # The dashboard and the API read their settings from the environment: they are to know what holds.
        os.environ |= {"HWR_HOST": settings.host, "HWR_PORT": str(port)}
        print(f"hwr {__version__}: open {address} (API guide under /docs)", flush=True)
        config = uvicorn.Config(
            "asgi:create_app",
            factory=True,
            access_log=False,
            log_config=None,
            timeout_graceful_shutdown=FAREWELL,
        )
        config.load()
        logs.set_up(settings)  # now, since Streamlit, just loaded, has set up uvicorn's loggers in its own way
        server = uvicorn.Server(config)
        with contextlib.suppress(KeyboardInterrupt):  # the usual end: uvicorn has shut down and tells of it again
            server.run(sockets=[listener])
    return DONE if server.started else UNUSABLE


def _tell_who_would_be_locked_out(settings: Settings) -> None:
    """Say so where sign-in is required and nobody has a password, nor an identity provider to come in by."""
    if not settings.has_sign_in or settings.oidc_issuer is not None:
        return
    # A database that another program holds at present is the server's to wait for.
    with contextlib.suppress(StoreError), Workspace(settings) as workspace:
        if not any(account.has_password for account in workspace.access.accounts().values()):
            print("Nobody can sign in yet: hwr users create NAME --admin", file=sys.stderr)


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
