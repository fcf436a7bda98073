"""The one place that knows both front rooms: API and dashboard in one ASGI app, as one process holds the database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import streamlit
from fastapi import FastAPI
from starlette.types import Receive, Scope, Send
from streamlit.starlette import App

import api.app
from api.middleware.security_headers import SecurityHeaders, policy
from hwr_core import logs
from hwr_core.settings import Settings, load_settings

DASHBOARD = Path(__file__).with_name("dashboard") / "streamlit_app.py"
PAGE = Path(streamlit.__file__).with_name("static") / "index.html"
"""The page that Streamlit serves for each address."""


def create_app(settings: Settings | None = None) -> FastAPI:
    """Return the API with the dashboard behind every address that is not the API's; `uvicorn --factory` calls it.

    The dashboard's pages read their settings from the environment: other ones given here reach the API alone.
    """
    settings = settings or load_settings()
    app = api.app.create_app(settings)
    dashboard = App(DASHBOARD)
    # Plotly makes functions of text for its parallel coordinates.
    shown = SecurityHeaders(dashboard, policy(PAGE.read_text(encoding="utf-8"), evaluates=True))
    lifespans = app.router.lifespan_context, dashboard.lifespan()
    not_found = app.router.default

    @asynccontextmanager
    async def both(app: FastAPI) -> AsyncIterator[None]:
        logs.set_up(settings)
        async with lifespans[0](app), lifespans[1](app):
            logs.set_up(settings)  # again, since Streamlit has just set up loggers in its own way
            yield

    async def beyond_the_api(scope: Scope, receive: Receive, send: Send) -> None:
        mistaken = scope["type"] == "http" and scope["path"].startswith("/api/")
        await (not_found if mistaken else shown)(scope, receive, send)

    app.router.lifespan_context = both
    # Not `app.mount("/", dashboard)`: a mount there would take a wrong method on the API's addresses for a page, and
    # answer unknown ones with the dashboard's HTML.
    app.router.default = beyond_the_api
    return app
