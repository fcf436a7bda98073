"""What routes ask for, as Annotated aliases."""

from typing import Annotated

from fastapi import Depends, Request

from api.metrics import Metrics
from hwr_core.workspace import Workspace


async def _workspace(request: Request) -> Workspace:  # async: a plain def would cost every request a thread switch
    workspace: Workspace = request.app.state.workspace
    return workspace


async def _metrics(request: Request) -> Metrics:
    metrics: Metrics = request.app.state.metrics
    return metrics


WorkspaceDep = Annotated[Workspace, Depends(_workspace)]
MetricsDep = Annotated[Metrics, Depends(_metrics)]
