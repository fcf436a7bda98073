"""The model that reads."""

from fastapi import APIRouter

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.schemas.model import ModelStatusOut
from hwr_core.errors import ModelUnavailable

router = APIRouter(prefix="/api/model", tags=["model"], responses=RESPONSES)


@router.get("/status")
@calls("served_model")
def model_status(workspace: WorkspaceDep) -> ModelStatusOut:
    """Tell which model version reads, and what it is worth."""
    try:
        return ModelStatusOut.of(workspace.served_model())
    except ModelUnavailable:  # an answer here, not an error: the question is whether there is one
        return ModelStatusOut.of(None)
