"""The history and what it tells."""

from typing import Annotated

from fastapi import APIRouter, Query

from api.deps import WorkspaceDep
from api.errors import RESPONSES
from api.fields import UserId
from api.schemas import HistoryOut

router = APIRouter(prefix="/api/analytics", tags=["analytics"], responses=RESPONSES)


@router.get("/predictions")
def predictions(
    workspace: WorkspaceDep,
    limit: Annotated[int, Query(description="The most rows to answer with, 1 or more.", examples=[100])] = 100,
    user_id: Annotated[UserId | None, Query(description="Only this person's readings.", examples=[1])] = None,
) -> HistoryOut:
    """Return the newest readings, newest first."""
    return HistoryOut.of(workspace.history(limit=limit, user_id=user_id))
