"""Builds the FastAPI app: routes, middleware, error table, and a lifespan that keeps the workspace open."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from anyio.to_thread import current_default_thread_limiter
from asgi_correlation_id import CorrelationIdMiddleware
from fastapi import FastAPI, Security
from fastapi.routing import APIRoute
from fastapi.security import APIKeyHeader, OAuth2PasswordBearer
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware

import hwr_core
from api.auth.authentication import Authentication
from api.auth.permissions import AddressRules
from api.auth.rate_limits import Rates
from api.direct import Direct, Short
from api.errors import HANDLERS, REQUEST_ID
from api.live.channels import Channels
from api.metrics.metrics import Metrics
from api.middleware.body_limit import BodyLimit
from api.middleware.cross_site import CrossSite
from api.middleware.hosts import KnownHosts
from api.middleware.local_only import LocalOnly
from api.middleware.request_log import RequestLog, accepted_id
from api.middleware.security_headers import SecurityHeaders
from api.middleware.startup import StartupErrors
from api.routes import (
    analytics,
    datasets,
    documentation,
    experiments,
    export,
    feedback,
    forms,
    health,
    history,
    jobs,
    live,
    metrics,
    model,
    models,
    number_history,
    numbers,
    phone,
    predict,
    scripts,
    sign_in,
    users,
)
from api.routes import auth as access
from hwr_core.app import Workspace, confirm_rules, open_workspace
from hwr_core.errors import HwrError, NotInstalled
from hwr_core.settings import Settings, load_settings

if TYPE_CHECKING:
    from api.auth.single_sign_on import Provider

log = logging.getLogger(__name__)

DESCRIPTION = (
    "Reads handwritten digits and stores every prediction. Errors are `{success: false, detail, request_id}`; `detail` "
    "is a sentence for people. Besides the routes below there are two WebSockets, `/api/live/draw` and "
    "`/api/live/events` (see api/live/README.md)."
)


ROUTES = (
    documentation,
    sign_in,
    health,
    metrics,
    predict,
    numbers,
    number_history,
    forms,
    feedback,
    history,
    analytics,
    users,
    export,
    model,
    models,
    experiments,
    scripts,
    jobs,
    datasets,
    access,
    live,
    phone,
)

THREADS = 120
"""For plain `def` routes and files: more than may wait for the database at once (`hwr_core.db.store`)."""

IMAGE_PATHS = frozenset({"/api/predict", "/api/read-number"})
"""Where JSON may hold an image."""

CREDENTIALS = [
    Security(OAuth2PasswordBearer(tokenUrl="api/token", auto_error=False)),
    Security(APIKeyHeader(name="X-API-Key", auto_error=False)),
]
"""For the documentation and its "Authorize" button; `Authentication` does the checking."""


def create_app(settings: Settings | None = None, workspace: Workspace | None = None) -> FastAPI:
    """Return the API of one data folder.

    Whoever passes a workspace closes it; otherwise the lifespan opens one and closes it.
    """
    settings = workspace.settings if workspace else settings or load_settings()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        allow_threads()
        app.state.workspace = workspace or open_workspace(settings)
        try:
            confirm_rules(app.state.workspace)
            _warm_up(app.state.workspace)
            app.state.workspace.start()
            with app.state.metrics.watching(app.state.workspace):
                yield
        finally:  # also when the dashboard has failed to start or to stop
            if workspace is None:
                app.state.workspace.close()

    metrics_of_app, provider = Metrics(), _provider(settings)
    rates = Rates(settings) if settings.has_sign_in else None
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
            Middleware(CorrelationIdMiddleware, header_name=REQUEST_ID, validator=None, transformer=accepted_id),
            Middleware(RequestLog, requests=metrics_of_app.requests),  # sees the answers of all below
            *_middleware(settings, rates, rules),
            *([provider.session()] if provider else []),
            Middleware(Direct, short={"/api/predict": Short(_route("/api/predict"), predict.predict_directly)}),
        ],
        dependencies=CREDENTIALS if settings.has_sign_in else [],
    )
    app.state.metrics = metrics_of_app
    app.state.channels = Channels(metrics_of_app.live, rates)
    app.state.provider = provider
    for module in ROUTES:
        app.include_router(module.router)
    app.mount(f"/{documentation.ASSETS}", documentation.assets())
    return app


def _route(path: str) -> APIRoute:
    """Return the route of an address that takes images."""
    return next(route for route in predict.router.routes if isinstance(route, APIRoute) and route.path == path)


def allow_threads() -> None:
    """Let the running event loop have so many threads at once."""
    current_default_thread_limiter().total_tokens = THREADS


def _provider(settings: Settings) -> "Provider | None":
    """Return the identity provider by which users sign in, where there is one. Raises NotInstalled."""
    if settings.oidc_issuer is None:
        return None
    try:
        from api.auth.single_sign_on import Provider  # noqa: PLC0415  here, since authlib is an extra, and slow to import
    except ImportError as error:
        raise NotInstalled("Single sign-on needs Authlib", "sso") from error

    return Provider(settings)


def _middleware(settings: Settings, rates: Rates | None, rules: AddressRules) -> list[Middleware]:
    """The middleware from the outside in, but for the first and the last."""
    around = [Middleware(SecurityHeaders), Middleware(StartupErrors), Middleware(KnownHosts, allowed=settings.hosts)]
    if settings.origins:
        around.append(
            Middleware(
                CORSMiddleware,
                allow_origins=settings.origins,
                allow_methods=["*"],
                allow_headers=[
                    "Authorization",
                    "Content-Type",
                    "Idempotency-Key",
                    "X-API-Key",
                    "X-Device-Time",
                    "X-Experiment-Unit",
                    REQUEST_ID,
                ],
                expose_headers=["Content-Disposition", "Retry-After", REQUEST_ID],
            )
        )
    around.append(Middleware(CrossSite, origins=settings.origins))
    if not (settings.has_sign_in or settings.allow_open):
        around.append(Middleware(LocalOnly))
    if rates is not None:
        around.append(Middleware(Authentication, rates=rates, rules=rules))
    limits = {"max_bytes": settings.max_request_bytes, "max_image_bytes": settings.max_image_bytes}
    return [*around, Middleware(BodyLimit, image_paths=IMAGE_PATHS, **limits)]


def _warm_up(workspace: Workspace) -> None:
    """Load the model before the first request; without one the server starts all the same, and /health reports it."""
    try:
        workspace.served_model()
    except HwrError as error:
        log.warning("Started without a model: %s", error)
