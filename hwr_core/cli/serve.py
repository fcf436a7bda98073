"""hwr serve: dashboard and REST API in one process, with others that read images."""

import contextlib
import os
import socket
import sys
import time
import webbrowser
from threading import Thread
from typing import TYPE_CHECKING

from hwr_core import __version__
from hwr_core.cli.arguments.options import Flag
from hwr_core.cli.output.status import DONE, UNUSABLE
from hwr_core.errors import InvalidValue, StoreError

if TYPE_CHECKING:
    from hwr_core.server.server import Server
    from hwr_core.settings import Settings


def serve(
    *, host: str | None = None, port: int | None = None, workers: int | None = None, no_browser: Flag = False
) -> int:
    """Start the dashboard and the REST API.

    Args:
        host: Address to bind to (HWR_HOST, else 127.0.0.1).
        port: Port to bind to (HWR_PORT, else 8000).
        workers: Processes that read images; 1 reads in the server's own (HWR_WORKERS, else the cores, at most 4).
        no_browser: Do not open the dashboard in a browser, as is done from a terminal on a machine with a screen.
    """
    from hwr_core.settings import confirm_binding, load_settings

    given = {"host": host, "port": port, "workers": workers}
    settings = load_settings(**{name: value for name, value in given.items() if value is not None})
    confirm_binding(settings)
    _warn_if_nobody_can_sign_in(settings)
    with _listening(settings.host, settings.port) as listener:
        port = listener.getsockname()[1]
        # The dashboard and the API read their settings from the environment: they are to know what holds.
        os.environ |= {"HWR_HOST": settings.host, "HWR_PORT": str(port)}
        if settings.workers is not None:
            os.environ["HWR_WORKERS"] = str(settings.workers)
        shown = f"[{settings.host}]" if ":" in settings.host else settings.host
        print(f"hwr {__version__}: open http://{shown}:{port} (API guide under /docs)", flush=True)
        server = _server(settings)
        if not no_browser and sys.stdout.isatty() and _has_screen():
            Thread(target=_open, args=(server, f"http://{shown}:{port}"), name="browser", daemon=True).start()
        with contextlib.suppress(KeyboardInterrupt):  # the usual end: uvicorn has shut down and raises it again
            server.run(sockets=[listener])
    return DONE if server.started else UNUSABLE


def _has_screen() -> bool:
    """Whether a browser would open in a window, not in the terminal."""
    return sys.platform in {"darwin", "win32"} or bool({"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys())


def _open(server: "Server", address: str) -> None:
    """Open an address as soon as the server answers."""
    while not server.started:
        if server.should_exit:
            return
        time.sleep(0.1)
    webbrowser.open(address)


def _server(settings: "Settings") -> "Server":
    from hwr_core import logs  # here, because the other commands need no server
    from hwr_core.server.server import server
    from hwr_core.settings import FRONT_ENDS

    sys.path.insert(0, str(FRONT_ENDS))
    made = server("asgi:create_app", settings)
    made.config.load()
    logs.set_up(settings)  # now, since Streamlit, just loaded, has set up uvicorn's loggers in its own way
    return made


def _warn_if_nobody_can_sign_in(settings: "Settings") -> None:
    """Say so where sign-in is required and nobody has a password, nor an identity provider to sign in by."""
    from hwr_core.app.workspace import Workspace

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
