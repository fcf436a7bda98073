"""The scripts that can be read."""

from fastapi import APIRouter

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.schemas.scripts import ScriptOut, ScriptsOut

router = APIRouter(prefix="/api", tags=["model"], responses=RESPONSES)


@router.get("/scripts", summary="List the scripts")
@calls("scripts")
def scripts(workspace: WorkspaceDep) -> ScriptsOut:
    """Return the scripts that the served model version reads, with their symbols."""
    return ScriptsOut(data=[ScriptOut.from_record(each) for each in workspace.scripts()])
