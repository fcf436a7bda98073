"""Health checks."""

from fastapi import APIRouter, Response, status

from api.auth.permissions import ANYBODY, asks
from api.dependencies import UnrestrictedDep
from api.schemas.base import Success
from api.schemas.model import HealthOut

router = APIRouter(tags=["health"])

PROBLEMS: dict[int | str, dict[str, object]] = {
    503: {"model": HealthOut, "description": "Something is wrong; `problems` says what."}
}


@router.get("/health/live", summary="Check whether the server is alive")
@asks(ANYBODY)
async def live() -> Success:
    """Answer 200 for as long as the server runs; without an answer it needs a restart."""
    return Success()


@router.get("/health", responses=PROBLEMS, summary="Check the health of the server")
@router.get("/health/ready", responses=PROBLEMS, summary="Check whether the server is ready")
@asks(ANYBODY)
def health(workspace: UnrestrictedDep, response: Response) -> HealthOut:
    """Try the model and the database. Answers 200 if images can be read and stored, otherwise 503."""
    answer = HealthOut.of(workspace.health())
    if answer.problems:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return answer
