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
from api.inputs.sent import SentDep
from api.inputs.uploads import bare_name
from api.schemas.fields import EnhancementLevel, MaxError, PatternText, ScriptName, UserId
from api.schemas.numbers import Keep, ReadNumberIn, ReadNumberOut
from hwr_core.app import DEFAULT_USER, WESTERN, Source

router = APIRouter(prefix="/api", tags=["predict"], responses=RESPONSES, route_class=UploadRoute)


Model = TypeVar("Model", bound=BaseModel)


class _Form(BaseModel):
    """The fields of a form."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    file: UploadFile
    user_id: UserId = DEFAULT_USER
    keep: Keep = True
    enhancement_level: EnhancementLevel = 1.0
    max_error: MaxError | None = None
    pattern: PatternText | None = None
    script: ScriptName = WESTERN


FORM_FIELDS: dict[str, Any] = {
    "user_id": TypeAdapter(UserId).json_schema() | {"default": DEFAULT_USER, "title": "User Id"},
    "keep": TypeAdapter(Keep).json_schema() | {"default": True, "title": "Keep"},
    "enhancement_level": TypeAdapter(EnhancementLevel).json_schema() | {"default": 1.0, "title": "Enhancement Level"},
    "max_error": TypeAdapter(MaxError).json_schema() | {"title": "Max Error"},
    "pattern": TypeAdapter(PatternText).json_schema() | {"title": "Pattern"},
    "script": TypeAdapter(ScriptName).json_schema() | {"default": WESTERN, "title": "Script"},
}

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
                        **FORM_FIELDS,
                    },
                }
            },
            "application/json": {"schema": ReadNumberIn.model_json_schema()},
        },
    }
}


# One address for both kinds of body, as clients expect: FastAPI's own parameters support one kind each.
@router.post("/read-number", openapi_extra=BODY, summary="Read a number")
@calls("start_read_and_keep_number")
async def read_number(request: Request, workspace: WorkspaceDep, sent: SentDep) -> ReadNumberOut:
    """Read all digits of an image, or of each page of a TIFF or PDF, in reading order, and store the number.

    What was not read is said in `warnings`. The work stops when the client leaves, and after HWR_NUMBER_SECONDS. With
    `keep` false, and without any digit, nothing is stored.
    """
    given: _Form | ReadNumberIn
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        async with request.form() as form:
            if not isinstance(form.get("file"), UploadFile):  # text in this field is not a file
                raise RequestValidationError([{"type": "missing", "loc": ("body", "file"), "input": None}])
            given = _checked(_Form, dict(form))
            document = await given.file.read()
        source, name, boxes = Source.UPLOAD, bare_name(given.file.filename or ""), None
    else:
        given = _checked(ReadNumberIn, await _json(await request.body()))
        document = await run_in_threadpool(image_bytes, given.image_data)
        source, name, boxes = Source.API, None, given.boxes
    async with waiting_client(request) as confirm_wanted:
        outcome = workspace.start_read_and_keep_number(
            document,
            keep=given.keep,
            user_id=given.user_id,
            source=source,
            file_name=name,
            enhancement_level=given.enhancement_level,
            boxes=boxes,
            max_error=given.max_error,
            pattern=given.pattern,
            script=given.script,
            on_progress=confirm_wanted,
            sent=sent,
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
