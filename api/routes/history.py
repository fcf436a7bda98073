"""The history: pages of readings, one of them in full, its picture file."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.auth.permissions import calls
from api.deps import WorkspaceDep
from api.errors import RESPONSES
from api.filters import ChosenDep
from api.schemas.fields import PredictionId
from api.schemas.history import HistoryOut, ReadingDetailOut
from hwr_core.images.decode import media_type

router = APIRouter(prefix="/api", tags=["history"], responses=RESPONSES)

ReadingId = Annotated[PredictionId, Path()]


@router.get("/analytics/predictions")
@calls("history.page")
def predictions(
    workspace: WorkspaceDep,
    chosen: ChosenDep,
    limit: Annotated[int, Query(description="The most rows to answer with, 1 or more.", examples=[100])] = 100,
    before: Annotated[
        PredictionId | None, Query(description="Only readings older than this one: `next_before` of the page before.")
    ] = None,
) -> HistoryOut:
    """Return the newest readings that the filters choose, newest first, page by page."""
    return HistoryOut.of(workspace.history.page(chosen, limit=limit, before=before))


@router.get("/predictions/{prediction_id}")
@calls("history.get")
def prediction(prediction_id: ReadingId, workspace: WorkspaceDep) -> ReadingDetailOut:
    """Return one reading in full, with what people said of it."""
    return ReadingDetailOut.of(workspace.history.get(prediction_id), workspace.feedback.of_reading(prediction_id))


@router.get("/predictions/{prediction_id}/original", response_class=Response)
@calls("history.original")
def original(prediction_id: ReadingId, workspace: WorkspaceDep) -> Response:
    """Return the picture file of a reading as it was sent; 404 where it was not kept."""
    picture = workspace.history.original(prediction_id)
    kind = media_type(picture)
    headers = {
        "Content-Disposition": f'attachment; filename="reading-{prediction_id}.{kind.rpartition("/")[2]}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(picture, media_type=kind, headers=headers)
