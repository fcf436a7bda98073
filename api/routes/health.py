"""Whether the server can do its work."""

from fastapi import APIRouter, Response, status

from api.deps import WorkspaceDep
from api.schemas.model import HealthOut

router = APIRouter(tags=["health"])


@router.get(
    "/health", responses={503: {"model": HealthOut, "description": "Something is wrong; `problems` says what."}}
)
def health(workspace: WorkspaceDep, response: Response) -> HealthOut:
    """Try the model and the database: 200 when both work, 503 otherwise."""
    answer = HealthOut.of(workspace.health())
    if answer.problems:
        response.status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    return answer
