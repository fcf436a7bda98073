"""The history: pages of predictions, one prediction with its details, its image file."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.inputs.filters import FilterDep
from api.schemas.fields import PredictionId
from api.schemas.history import HistoryOut, PredictionDetailOut
from hwr_core.app import media_type

router = APIRouter(prefix="/api", tags=["history"], responses=RESPONSES)

PredictionInPath = Annotated[PredictionId, Path()]


@router.get("/analytics/predictions", summary="List predictions")
@calls("history.page")
def predictions(
    workspace: WorkspaceDep,
    filters: FilterDep,
    limit: Annotated[
        int, Query(description="The most rows, 1 or more; more than HWR_MAX_PAGE are cut to it.", examples=[100])
    ] = 100,
    before: Annotated[
        PredictionId | None,
        Query(description="Only predictions before this one: `next_before` of the page before."),
    ] = None,
) -> HistoryOut:
    """Return the predictions that match the filters, newest first, page by page."""
    return HistoryOut.of(workspace.history.page(filters, limit=limit, before=before))


@router.get("/predictions/{prediction_id}", summary="Get a prediction")
@calls("history.get")
def prediction(prediction_id: PredictionInPath, workspace: WorkspaceDep) -> PredictionDetailOut:
    """Return a prediction with all its details, the image that the model saw, and the feedback on it."""
    return PredictionDetailOut.of_prediction(
        workspace.history.get(prediction_id), workspace.feedback.of_prediction(prediction_id)
    )


@router.get("/predictions/{prediction_id}/original", response_class=Response, summary="Download an image")
@calls("history.upload")
def upload(prediction_id: PredictionInPath, workspace: WorkspaceDep) -> Response:
    """Return the image file of a prediction as it was sent; 404 if it was not stored."""
    image = workspace.history.upload(prediction_id)
    kind = media_type(image)
    headers = {
        "Content-Disposition": f'attachment; filename="prediction-{prediction_id}.{kind.rpartition("/")[2]}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(image, media_type=kind, headers=headers)
