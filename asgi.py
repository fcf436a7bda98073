"""API and dashboard in one ASGI app, since one process holds the database. Nothing else imports both."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send
from streamlit.starlette import App

import api.app
from api.middleware.compressed_files import CompressedFiles
from api.middleware.security_headers import SecurityHeaders, policy
from hwr_core import logs
from hwr_core.errors import InvalidValue
from hwr_core.settings import Settings, load_settings

DASHBOARD = Path(__file__).with_name("dashboard") / "streamlit_app.py"
FILES = Path(streamlit.__file__).with_name("static")
PAGE = FILES / "index.html"
"""The HTML that Streamlit serves for every page."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the API, with the dashboard at every address that is not the API's; `uvicorn --factory` calls it.

    The pages of the dashboard read their settings from the environment; settings passed here apply to the API only.
    """
    settings = settings or load_settings()
    app = api.app.create_app(settings)
    dashboard = App(DASHBOARD)
    files = CompressedFiles(dashboard, FILES / "static", "/static")
    # Plotly compiles code from strings for its parallel coordinates.
    pages = SecurityHeaders(files, policy(PAGE.read_text(encoding="utf-8"), evaluates=True))
    lifespans = app.router.lifespan_context, dashboard.lifespan()
    not_found = app.router.default

    @asynccontextmanager
    async def both(app: FastAPI) -> AsyncIterator[None]:
        logs.set_up(settings)
        async with lifespans[0](app), lifespans[1](app):
            # Again, since Streamlit has just configured loggers and bounded the threads in its own way.
            logs.set_up(settings)
            api.app.allow_threads()
            yield

    async def outside_the_api(scope: Scope, receive: Receive, send: Send) -> None:
        is_unknown = scope["type"] == "http" and scope["path"].startswith("/api/")
        await (not_found if is_unknown else pages)(scope, receive, send)

    app.router.lifespan_context = both
    # Not `app.mount("/", dashboard)`: a mount would answer a wrong method or an unknown address of the API with the
    # dashboard's HTML.
    app.router.default = outside_the_api
    return app


def __getattr__(name: str) -> object:
    """Refuse `gunicorn -w 4 asgi:app`, as most servers are started, in words: an app there would be one of many.

    Raises:
        InvalidValue: `app` is asked for.
        AttributeError: anything else is.
    """
    if name == "app":
        raise InvalidValue(
            "One process holds the history, so there is no `asgi:app` for several workers. `hwr serve --workers 4` "
            "reads images in four processes. With gunicorn: gunicorn -k uvicorn.workers.UvicornWorker -w 1 "
            "'asgi:create_app()'."
        )
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
