"""The history of numbers: pages of them, one with its boxes, its file, and what users say it really is."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import StreamingResponse

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.inputs.number_filter import NumberFilterDep
from api.inputs.request_bodies import JsonRoute
from api.routes.export import download
from api.schemas.numbers import NumberCorrectedOut, NumberDetailOut, NumberFeedbackIn, NumberId, NumbersOut
from hwr_core.app import ExportFormat, document_type

router = APIRouter(prefix="/api", tags=["numbers"], responses=RESPONSES, route_class=JsonRoute)

NumberInPath = Annotated[NumberId, Path()]


@router.get("/numbers", summary="List numbers")
@calls("numbers.page")
def numbers(
    workspace: WorkspaceDep,
    filters: NumberFilterDep,
    limit: Annotated[
        int, Query(description="The most rows, 1 or more; more than HWR_MAX_PAGE are cut to it.", examples=[100])
    ] = 100,
    before: Annotated[
        NumberId | None, Query(description="Only numbers before this one: `next_before` of the page before.")
    ] = None,
) -> NumbersOut:
    """Return the numbers that match the filters, newest first, page by page."""
    return NumbersOut.of(workspace.numbers.page(filters, limit=limit, before=before))


@router.get("/numbers/{number_id}", summary="Get a number")
@calls("numbers.get")
def number(number_id: NumberInPath, workspace: WorkspaceDep) -> NumberDetailOut:
    """Return a number with its lines, digits and boxes, and what users say it really is."""
    return NumberDetailOut.of_number(workspace.numbers.get(number_id), workspace.numbers.feedback(number_id))


@router.get("/numbers/{number_id}/original", response_class=Response, summary="Download a number's file")
@calls("numbers.upload")
def upload(number_id: NumberInPath, workspace: WorkspaceDep) -> Response:
    """Return the image or document of a number as it was sent; 404 if it was not stored."""
    document = workspace.numbers.upload(number_id)
    kind = document_type(document)
    headers = {
        "Content-Disposition": f'attachment; filename="number-{number_id}.{kind.rpartition("/")[2]}"',
        "X-Content-Type-Options": "nosniff",
    }
    return Response(document, media_type=kind, headers=headers)


@router.post("/numbers/{number_id}/feedback", summary="Give feedback on a number")
@calls("numbers.correct")
def feedback(number_id: NumberInPath, body: NumberFeedbackIn, workspace: WorkspaceDep) -> NumberCorrectedOut:
    """Record what a number really is. It replaces what the same user said of it before."""
    given = workspace.numbers.correct(number_id, body.text, user_id=body.user_id, comments=body.comments or "")
    is_right = workspace.numbers.get(number_id).number.text == given.text
    return NumberCorrectedOut.of(given, is_right=is_right)


@router.get("/export/numbers", response_class=StreamingResponse, summary="Export numbers")
@calls("exports.numbers")
def export(
    workspace: WorkspaceDep,
    filters: NumberFilterDep,
    format: Annotated[ExportFormat, Query(description="The file format.", examples=["csv"])] = ExportFormat.CSV,  # noqa: A002  as in the contract
) -> StreamingResponse:
    """Return the numbers that match the filters as a download, oldest first."""
    content = workspace.exports.numbers(format, filters)
    return StreamingResponse(content, media_type=format.media_type, headers=download("numbers", format))
