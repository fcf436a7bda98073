"""Forms: fields drawn once on an empty page, and scans of it read into a table."""

import asyncio
from typing import Annotated, Any, Literal

from fastapi import APIRouter, File, Form, Path, Query, Request, Response, UploadFile, status
from starlette.concurrency import run_in_threadpool

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.inputs.presence import waiting_client
from api.inputs.request_bodies import UploadRoute
from api.inputs.sent import SentDep
from api.inputs.uploads import named_content, received
from api.routes.export import download
from api.schemas.fields import MaxError, UserId
from api.schemas.forms import FieldsIn, FormDeletedOut, FormId, ManyForms, Name, OneForm, ReadFormOut
from api.schemas.numbers import Keep
from hwr_core.app import DEFAULT_USER, FormField, FormFormat, form_file

router = APIRouter(prefix="/api", tags=["forms"], responses=RESPONSES, route_class=UploadRoute)

FormInPath = Annotated[FormId, Path()]


FILES: dict[int | str, dict[str, Any]] = {
    status.HTTP_200_OK: {
        "content": {kind.media_type: {"schema": {"type": "string", "format": "binary"}} for kind in FormFormat}
    }
}


@router.get("/forms", summary="List forms")
@calls("forms.all")
def forms(workspace: WorkspaceDep) -> ManyForms:
    """Return all forms, by name."""
    return ManyForms.of(workspace.forms.all())


@router.post("/forms", status_code=status.HTTP_201_CREATED, summary="Create a form")
@calls("add_form")
def add(
    file: Annotated[UploadFile, File(description="The empty form: an image, TIFF or PDF.", examples=["empty.png"])],
    name: Annotated[Name, Form()],
    fields: Annotated[FieldsIn, Form()],
    workspace: WorkspaceDep,
    user_id: Annotated[UserId, Form()] = DEFAULT_USER,
) -> OneForm:
    """Store an empty form and the fields to read on it. The answer's boxes are in pixels of the stored page."""
    drawn = [FormField(each.name, each.box, each.pattern) for each in fields]
    return OneForm.of(workspace.add_form(name, named_content(file)[1], drawn, user_id=user_id))


@router.get("/forms/{form_id}", summary="Get a form")
@calls("forms.get")
def form(form_id: FormInPath, workspace: WorkspaceDep) -> OneForm:
    """Return a form with its fields."""
    return OneForm.of(workspace.forms.get(form_id))


@router.get(
    "/forms/{form_id}/page",
    response_class=Response,
    responses={status.HTTP_200_OK: {"content": {"image/png": {"schema": {"type": "string", "format": "binary"}}}}},
    summary="Get the empty page of a form",
)
@calls("forms.page")
def page(form_id: FormInPath, workspace: WorkspaceDep) -> Response:
    """Return the empty page of a form as PNG."""
    return Response(workspace.forms.page(form_id), media_type="image/png")


@router.delete("/forms/{form_id}", summary="Delete a form")
@calls("forms.delete")
def delete(form_id: FormInPath, workspace: WorkspaceDep) -> FormDeletedOut:
    """Delete a form. Numbers that were read with it stay in the history."""
    workspace.forms.delete(form_id)
    return FormDeletedOut(message=f"Form {form_id} was deleted.")


@router.post("/forms/{form_id}/read", response_model=ReadFormOut, responses=FILES, summary="Read scans of a form")
@calls("start_read_forms")
async def read(  # noqa: PLR0913, PLR0917  each is one part of the request
    form_id: FormInPath,
    request: Request,
    files: Annotated[
        list[UploadFile], File(description="Scans or photos: images, TIFF or PDF.", examples=[["scan.pdf"]])
    ],
    workspace: WorkspaceDep,
    sent: SentDep,
    user_id: Annotated[UserId, Form()] = DEFAULT_USER,
    keep: Annotated[Keep, Form()] = True,  # noqa: FBT002  as in the other routes
    max_error: Annotated[MaxError | None, Form()] = None,
    format: Annotated[  # noqa: A002  as in the exports
        FormFormat | Literal["json"], Query(description="How to answer.", examples=["json"])
    ] = "json",
) -> ReadFormOut | Response:
    """Read filled-in forms: a row for each page of each file, with a number for each field.

    A page that does not show the form has an error in its row; the others are read all the same. In a file the column
    `check` names the fields that somebody has to look at; in a workbook they are coloured, too.
    """
    named = [await received(file) for file in files]
    async with waiting_client(request) as confirm_wanted:
        outcome = workspace.start_read_forms(
            form_id, named, keep=keep, user_id=user_id, max_error=max_error, on_progress=confirm_wanted, sent=sent
        )
        found = await asyncio.wrap_future(outcome)
    if format == "json":
        return ReadFormOut.of(found)
    content = await run_in_threadpool(form_file, found, format)
    return Response(content, media_type=format.media_type, headers=download("forms", format))
