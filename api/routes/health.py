"""Whether the server can do its work."""

from fastapi import APIRouter, Response, status

from api.auth.permissions import ANYBODY, asks
from api.dependencies import UnrestrictedDep
from api.schemas.base import Success
from api.schemas.model import HealthOut

router = APIRouter(tags=["health"])

PROBLEMS: dict[int | str, dict[str, object]] = {
    503: {"model": HealthOut, "description": "Something is wrong; `problems` says what."}
}


@router.get("/health/live")
@asks(ANYBODY)
async def live() -> Success:
    """Answer 200 as long as the server answers at all: who runs it need not start it anew."""
    return Success()


@router.get("/health", responses=PROBLEMS)
@router.get("/health/ready", responses=PROBLEMS)
@asks(ANYBODY)
def health(workspace: UnrestrictedDep, response: Response) -> HealthOut:
    """Try the model and the database: 200 when images can be read and kept, 503 otherwise."""
    answer = HealthOut.of(workspace.health())
    if answer.problems:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return answer
