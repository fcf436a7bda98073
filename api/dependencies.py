"""The dependencies of routes, as Annotated aliases."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from api.auth.authentication import CALLER
from api.live.channels import Channels
from api.metrics.metrics import Metrics
from hwr_core.app import Caller, Workspace, authorised
from hwr_core.errors import NotSignedIn


# All async: a plain def would cost every request a thread switch.
async def _unrestricted(request: HTTPConnection) -> Workspace:
    workspace: Workspace = request.app.state.workspace
    return workspace


async def _metrics(request: HTTPConnection) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


async def _caller(request: HTTPConnection) -> Caller | None:
    caller: Caller | None = request.scope.get(CALLER)
    return caller


async def _channels(request: HTTPConnection) -> Channels:
    channels: Channels = request.app.state.channels
    return channels


async def _workspace(unrestricted: "UnrestrictedDep", caller: "CallerDep") -> Workspace:
    if not unrestricted.access.required:
        return unrestricted
    if caller is None:
        raise NotSignedIn("Sign in first, or send an API key or a token.")
    return authorised(unrestricted, caller)


UnrestrictedDep = Annotated[Workspace, Depends(_unrestricted)]
"""The workspace without any authorisation, for routes that need no sign-in."""
CallerDep = Annotated[Caller | None, Depends(_caller)]
"""The user who asks; None where nobody is signed in, or nobody has to."""
WorkspaceDep = Annotated[Workspace, Depends(_workspace)]
"""The workspace as the caller may use it."""
ChannelsDep = Annotated[Channels, Depends(_channels)]
"""The open live channels."""
MetricsDep = Annotated[Metrics, Depends(_metrics)]
