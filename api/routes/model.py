"""The served model."""

from fastapi import APIRouter

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.schemas.model import ModelStatusOut
from hwr_core.errors import ModelUnavailable

router = APIRouter(prefix="/api/model", tags=["model"], responses=RESPONSES)


@router.get("/status", summary="Get the served model")
@calls("served_model")
def model_status(workspace: WorkspaceDep) -> ModelStatusOut:
    """Return the model version that is served, with its scores."""
    try:
        return ModelStatusOut.of(workspace.served_model())
    except ModelUnavailable:  # not an error here: the question is whether there is one
        return ModelStatusOut.of(None)
