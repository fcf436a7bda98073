"""The history of numbers: pages of them, one with its boxes, its file, and what users say it really is."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query, Response
from fastapi.responses import StreamingResponse

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.inputs.filters import Since, Until
from api.inputs.request_bodies import JsonRoute
from api.routes.export import download
from api.schemas.fields import UserId
from api.schemas.numbers import NumberCorrectedOut, NumberDetailOut, NumberFeedbackIn, NumberId, NumbersOut
from hwr_core.app import ExportFormat, Labelled, NumberFilter, Source, document_type

router = APIRouter(prefix="/api", tags=["numbers"], responses=RESPONSES, route_class=JsonRoute)

NumberInPath = Annotated[NumberId, Path()]


def _number_filter(  # noqa: PLR0913  each is one query parameter
    *,
    user_id: Annotated[UserId | None, Query(description="Only numbers of this user.", examples=[1])] = None,
    text: Annotated[
        str | None, Query(max_length=1000, description="Only numbers in which these digits were read.", examples=["85"])
    ] = None,
    accepted: Annotated[
        bool | None, Query(description="Only numbers that were accepted, or that were not.", examples=[False])
    ] = None,
    fits: Annotated[
        bool | None, Query(description="Only numbers that fit their pattern, or that do not.", examples=[False])
    ] = None,
    pattern: Annotated[
        str | None, Query(max_length=200, description="Only numbers read with this pattern.", examples=["luhn"])
    ] = None,
    confidence_from: Annotated[
        float, Query(description="Only numbers with at least this confidence.", examples=[0.5])
    ] = 0.0,
    confidence_to: Annotated[
        float, Query(description="Only numbers with at most this confidence.", examples=[1.0])
    ] = 1.0,
    source: Annotated[Source | None, Query(description="Only files from this source.", examples=["upload"])] = None,
    model_version: Annotated[
        str | None, Query(description="Only numbers read by this model version.", examples=["20260131T120000Z-1a2b3"])
    ] = None,
    labelled: Annotated[
        Labelled | None,
        Query(
            description="Only numbers that a user has judged (`any`) or not (`no`), or that were read `right` or "
            "`wrong`.",
            examples=["wrong"],
        ),
    ] = None,
    since: Since = None,
    until: Until = None,
) -> NumberFilter:
    return NumberFilter(
        user_id=user_id,
        text=text,
        accepted=accepted,
        fits=fits,
        pattern=pattern,
        confidence_from=confidence_from,
        confidence_to=confidence_to,
        source=source,
        model_version=model_version,
        labelled=labelled,
        since=since,
        until=until,
    )


FilterDep = Annotated[NumberFilter, Depends(_number_filter)]


@router.get("/numbers", summary="List numbers")
@calls("numbers.page")
def numbers(
    workspace: WorkspaceDep,
    filters: FilterDep,
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
    filters: FilterDep,
    format: Annotated[ExportFormat, Query(description="The file format.", examples=["csv"])] = ExportFormat.CSV,  # noqa: A002  as in the contract
) -> StreamingResponse:
    """Return the numbers that match the filters as a download, oldest first."""
    content = workspace.exports.numbers(format, filters)
    return StreamingResponse(content, media_type=format.media_type, headers=download("numbers", format))
