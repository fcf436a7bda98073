"""The dependencies of routes, as Annotated aliases."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from api.auth.authentication import CALLER
from api.live.channels import Channels
from api.metrics.metrics import Metrics
from hwr_core.app import Caller, Workspace, authorised
from hwr_core.errors import NotSignedIn


def workspace_of(request: HTTPConnection) -> Workspace:
    """Return the workspace as the caller of a request may use it. Raises NotSignedIn."""
    unrestricted: Workspace = request.app.state.workspace
    if not unrestricted.access.required:
        return unrestricted
    caller = caller_of(request)
    if caller is None:
        raise NotSignedIn("Sign in first, or send an API key or a token.")
    return authorised(unrestricted, caller)


def caller_of(request: HTTPConnection) -> Caller | None:
    """Return the user who sent a request."""
    caller: Caller | None = request.scope.get(CALLER)
    return caller


# All async: a plain def would cost every request a thread switch. None depends on another: that would cost it 40 us.
async def _unrestricted(request: HTTPConnection) -> Workspace:
    workspace: Workspace = request.app.state.workspace
    return workspace


async def _metrics(request: HTTPConnection) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


async def _caller(request: HTTPConnection) -> Caller | None:
    return caller_of(request)


async def _channels(request: HTTPConnection) -> Channels:
    channels: Channels = request.app.state.channels
    return channels


async def _workspace(request: HTTPConnection) -> Workspace:
    return workspace_of(request)


UnrestrictedDep = Annotated[Workspace, Depends(_unrestricted)]
"""The workspace without any authorisation, for routes that need no sign-in."""
CallerDep = Annotated[Caller | None, Depends(_caller)]
"""The user who asks; None where nobody is signed in, or nobody has to."""
WorkspaceDep = Annotated[Workspace, Depends(_workspace)]
"""The workspace as the caller may use it."""
ChannelsDep = Annotated[Channels, Depends(_channels)]
"""The open live channels."""
MetricsDep = Annotated[Metrics, Depends(_metrics)]
