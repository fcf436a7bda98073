"""What routes ask for, as Annotated aliases."""

from typing import Annotated

from fastapi import Depends, Request

from hwr_core.workspace import Workspace


async def _workspace(request: Request) -> Workspace:  # async: a plain def would cost every request a thread switch
    workspace: Workspace = request.app.state.workspace
    return workspace


WorkspaceDep = Annotated[Workspace, Depends(_workspace)]
