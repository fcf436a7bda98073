"""Exports: the history for other programs, streamed."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Query
from fastapi.responses import StreamingResponse

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.inputs.filters import FilterDep
from api.schemas.fields import UserId
from hwr_core.app import ExportFormat

router = APIRouter(prefix="/api/export", tags=["export"], responses=RESPONSES)


@router.get("/user/{user_id}", response_class=StreamingResponse, summary="Export a user's data")
@calls("exports.user")
def user(
    user_id: UserId,
    workspace: WorkspaceDep,
    format: Annotated[Literal["json", "csv"], Query(description="The file format.", examples=["json"])] = "json",  # noqa: A002  the contract's name
) -> StreamingResponse:
    """Return all data of a user as JSON, or the user's predictions as a CSV download."""
    content = workspace.exports.user(user_id, format)
    if format == "json":
        return StreamingResponse(content, media_type="application/json")
    headers = download(f"user-{user_id}", "csv")
    return StreamingResponse(content, media_type=ExportFormat.CSV.media_type, headers=headers)


@router.get("/history", response_class=StreamingResponse, summary="Export the history")
@calls("exports.history")
def history(
    workspace: WorkspaceDep,
    filters: FilterDep,
    format: Annotated[ExportFormat, Query(description="The file format.", examples=["csv"])] = ExportFormat.CSV,  # noqa: A002  as above
) -> StreamingResponse:
    """Return the predictions that match the filters as a download, oldest first."""
    content = workspace.exports.history(format, filters)
    return StreamingResponse(content, media_type=format.media_type, headers=download("history", format))


def download(what: str, ending: str) -> dict[str, str]:
    """Return the headers of a download with a name of its own."""
    name = f"hwr-{what}-{datetime.now(UTC):%Y%m%d-%H%M%S}.{ending}"
    return {"Content-Disposition": f'attachment; filename="{name}"'}
