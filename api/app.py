"""Builds the FastAPI app: routes, error table, size limit, and a lifespan that holds the workspace open."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.middleware import Middleware

import hwr_core
from api.body_limit import BodyLimit
from api.errors import HANDLERS
from api.metrics import Metrics
from api.own_machine import OwnMachineOnly
from api.routes import (
    analytics,
    datasets,
    documentation,
    export,
    feedback,
    health,
    history,
    jobs,
    metrics,
    model,
    models,
    numbers,
    predict,
    users,
)
from api.startup import StartupInWords
from api.watching import Watching
from hwr_core.errors import HwrError
from hwr_core.settings import Settings, load_settings
from hwr_core.workspace import Workspace, open_workspace

log = logging.getLogger(__name__)

DESCRIPTION = (
    "Reads handwritten digits and keeps every reading. Errors are `{success: false, detail, request_id}`, in words."
)


ROUTES = (
    documentation,
    health,
    metrics,
    predict,
    numbers,
    feedback,
    history,
    analytics,
    users,
    export,
    model,
    models,
    jobs,
    datasets,
)


def create_app(settings: Settings | None = None, workspace: Workspace | None = None) -> FastAPI:
    """Return the API of one data folder.

    A workspace given stays its owner's to close; else the lifespan opens the process's own and closes it.
    """
    settings = workspace.settings if workspace else settings or load_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.workspace = workspace or open_workspace(settings)
        try:
            _warm_up(app.state.workspace)
            app.state.workspace.start()
            with app.state.metrics.watching(app.state.workspace):
                yield
        finally:  # the other half of the process may have failed to start or to stop
            if workspace is None:
                app.state.workspace.close()

    figures = Metrics()
    app = FastAPI(
        title="hwr",
        version=hwr_core.__version__,
        description=DESCRIPTION,
        docs_url=None,  # api.routes.documentation has both
        redoc_url=None,
        lifespan=lifespan,
        exception_handlers=HANDLERS,
        middleware=[
            Middleware(Watching, requests=figures.requests),  # first: it sees the answers of all the others
            Middleware(StartupInWords),
            *([] if settings.has_sign_in or settings.allow_open else [Middleware(OwnMachineOnly)]),
            Middleware(BodyLimit, max_bytes=settings.max_request_bytes),
        ],
    )
    app.state.metrics = figures
    for module in ROUTES:
        app.include_router(module.router)
    app.mount(f"/{documentation.ASSETS}", documentation.assets())
    return app


def _warm_up(workspace: Workspace) -> None:
    """Load the model before the first request; without one the server starts all the same, and /health says so."""
    try:
        workspace.served_model()
    except HwrError as error:
        log.warning("Started without a model: %s", error)
