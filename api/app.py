"""Builds the FastAPI app: routes, error table, size limit, and a lifespan that holds the workspace open."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI, Security
from fastapi.security import APIKeyHeader, OAuth2PasswordBearer
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

import hwr_core
from api.auth.authentication import Authentication
from api.auth.permissions import AddressRules
from api.auth.rate_limits import Rates
from api.errors import HANDLERS, REQUEST_ID
from api.live.channels import Channels
from api.metrics import Metrics
from api.middleware.body_limit import BodyLimit
from api.middleware.cross_site import CrossSite
from api.middleware.hosts import KnownHosts
from api.middleware.own_machine import OwnMachineOnly
from api.middleware.request_log import RequestLog
from api.middleware.security_headers import SecurityHeaders
from api.middleware.startup import StartupInWords
from api.routes import (
    analytics,
    datasets,
    documentation,
    export,
    feedback,
    health,
    history,
    jobs,
    live,
    metrics,
    model,
    models,
    numbers,
    predict,
    sign_in,
    users,
)
from api.routes import auth as access
from hwr_core.app.rules import confirm_rules
from hwr_core.app.workspace import Workspace, open_workspace
from hwr_core.errors import HwrError
from hwr_core.settings import Settings, load_settings

if TYPE_CHECKING:
    from api.auth.single_sign_on import Provider

log = logging.getLogger(__name__)

DESCRIPTION = (
    "Reads handwritten digits and keeps every prediction. Errors are `{success: false, detail, request_id}`, in words. "
    "Beside the routes below, `/api/live/draw` and `/api/live/events` are WebSockets (see api/live/README.md)."
)


ROUTES = (
    documentation,
    sign_in,
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
    access,
    live,
)

WAYS_IN = [
    Security(OAuth2PasswordBearer(tokenUrl="api/token", auto_error=False)),
    Security(APIKeyHeader(name="X-API-Key", auto_error=False)),
]
"""Named for the documentation and its "Authorize"; `Door` is what lets in."""


def create_app(settings: Settings | None = None, workspace: Workspace | None = None) -> FastAPI:
    """Return the API of one data folder.

    A workspace given stays its owner's to close; else the lifespan opens the process's own and closes it.
    """
    settings = workspace.settings if workspace else settings or load_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.workspace = workspace or open_workspace(settings)
        try:
            confirm_rules(app.state.workspace)
            _warm_up(app.state.workspace)
            app.state.workspace.start()
            with app.state.metrics.watching(app.state.workspace):
                yield
        finally:  # the other half of the process may have failed to start or to stop
            if workspace is None:
                app.state.workspace.close()

    figures, provider = Metrics(), _provider(settings)
    rates = Rates(settings.rate_limit) if settings.has_sign_in else None
    rules = AddressRules(module.router for module in ROUTES)
    app = FastAPI(
        title="hwr",
        version=hwr_core.__version__,
        description=DESCRIPTION,
        docs_url=None,  # api.routes.documentation has both
        redoc_url=None,
        lifespan=lifespan,
        exception_handlers=HANDLERS,
        middleware=[
            Middleware(RequestLog, requests=figures.requests),  # first: it sees the answers of all the others
            *_middleware(settings, rates, rules),
            *([provider.memory()] if provider else []),
        ],
        dependencies=WAYS_IN if settings.has_sign_in else [],
    )
    app.state.metrics = figures
    app.state.channels = Channels(figures.live, rates)
    app.state.provider = provider
    for module in ROUTES:
        app.include_router(module.router)
    app.mount(f"/{documentation.ASSETS}", documentation.assets())
    return app


def _provider(settings: Settings) -> "Provider | None":
    """Return the identity provider that people sign in by, where there is one."""
    if settings.oidc_issuer is None:
        return None
    from api.auth.single_sign_on import Provider  # noqa: PLC0415  here, because authlib costs who does not use it

    return Provider(settings)


def _middleware(settings: Settings, rates: Rates | None, rules: AddressRules) -> list[Middleware]:
    """What a request goes through, from the outside in."""
    around = [Middleware(SecurityHeaders), Middleware(StartupInWords), Middleware(KnownHosts, allowed=settings.hosts)]
    if settings.origins:
        around.append(
            Middleware(
                CORSMiddleware,
                allow_origins=settings.origins,
                allow_methods=["*"],
                allow_headers=["Authorization", "Content-Type", "X-API-Key", REQUEST_ID],
                expose_headers=["Content-Disposition", "Retry-After", REQUEST_ID],
            )
        )
    around.append(Middleware(CrossSite, origins=settings.origins))
    if not (settings.has_sign_in or settings.allow_open):
        around.append(Middleware(OwnMachineOnly))
    if rates is not None:
        around.append(Middleware(Authentication, rates=rates, rules=rules))
    return [*around, Middleware(BodyLimit, max_bytes=settings.max_request_bytes)]


def _warm_up(workspace: Workspace) -> None:
    """Load the model before the first request; without one the server starts all the same, and /health says so."""
    try:
        workspace.served_model()
    except HwrError as error:
        log.warning("Started without a model: %s", error)
