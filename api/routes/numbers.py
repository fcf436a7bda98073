"""Whole numbers: all digits of an image, a TIFF or a PDF, sent as a form or as JSON."""

import asyncio
import json
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.inputs.image_data import image_bytes
from api.inputs.presence import waiting_client
from api.inputs.request_bodies import UploadRoute, parsed
from api.schemas.fields import EnhancementLevel, MaxError
from api.schemas.numbers import ReadNumberIn, ReadNumberOut

router = APIRouter(prefix="/api", tags=["predict"], responses=RESPONSES, route_class=UploadRoute)


Model = TypeVar("Model", bound=BaseModel)


class _Form(BaseModel):
    """The fields of a form."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    file: UploadFile
    enhancement_level: EnhancementLevel = 1.0
    max_error: MaxError | None = None


ENHANCEMENT_LEVEL = TypeAdapter(EnhancementLevel).json_schema() | {"default": 1.0, "title": "Enhancement Level"}
MAX_ERROR = TypeAdapter(MaxError).json_schema() | {"title": "Max Error"}

BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "title": "ReadNumberForm",
                    "required": ["file"],
                    "properties": {
                        "file": {
                            "type": "string",
                            "format": "binary",
                            "title": "File",
                            "description": "An image, TIFF or PDF file.",
                            "examples": ["cheque.png"],
                        },
                        "enhancement_level": ENHANCEMENT_LEVEL,
                        "max_error": MAX_ERROR,
                    },
                }
            },
            "application/json": {"schema": ReadNumberIn.model_json_schema()},
        },
    }
}


# One address for both kinds of body, as clients expect: FastAPI's own parameters support one kind each.
@router.post("/read-number", openapi_extra=BODY, summary="Read a number")
@calls("start_read_number")
async def read_number(request: Request, workspace: WorkspaceDep) -> ReadNumberOut:
    """Read all digits of an image, or of each page of a TIFF or PDF, in reading order. Nothing is stored.

    What was not read is said in `warnings`. The work stops when the client leaves, and after HWR_NUMBER_SECONDS.
    """
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        async with request.form() as form:
            if not isinstance(form.get("file"), UploadFile):  # text in this field is not a file
                raise RequestValidationError([{"type": "missing", "loc": ("body", "file"), "input": None}])
            sent = _checked(_Form, dict(form))
            document = await sent.file.read()
        level, max_error, boxes = sent.enhancement_level, sent.max_error, None
    else:
        wanted = _checked(ReadNumberIn, await _json(await request.body()))
        document = await run_in_threadpool(image_bytes, wanted.image_data)
        level, max_error, boxes = wanted.enhancement_level, wanted.max_error, wanted.boxes
    async with waiting_client(request) as confirm_wanted:
        outcome = workspace.start_read_number(
            document, enhancement_level=level, boxes=boxes, max_error=max_error, on_progress=confirm_wanted
        )
        found = await asyncio.wrap_future(outcome)
    return ReadNumberOut.from_record(found)


async def _json(body: bytes) -> object:
    if not body:
        raise RequestValidationError([{"type": "missing", "loc": ("body",), "input": None}])
    try:
        return await parsed(body)
    except json.JSONDecodeError as error:
        raise RequestValidationError([{"type": "json_invalid", "loc": ("body",), "input": None}]) from error


def _checked(kind: type[Model], values: object) -> Model:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        errors = [{**each, "loc": ("body", *each["loc"])} for each in error.errors()]
        raise RequestValidationError(errors) from error
