"""Reading whole numbers: all digits of an image, a TIFF or a PDF, sent as a form or as JSON."""

import json
from typing import Any, TypeVar

from fastapi import APIRouter, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.inputs.image_data import image_bytes
from api.schemas.fields import EnhancementLevel
from api.schemas.numbers import ReadNumberIn, ReadNumberOut

router = APIRouter(prefix="/api", tags=["predict"], responses=RESPONSES)


Given = TypeVar("Given", bound=BaseModel)


class _Form(BaseModel):
    """What a form holds."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    file: UploadFile
    enhancement_level: EnhancementLevel = 1.0


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
                        "enhancement_level": {
                            "type": "number",
                            "minimum": 0.0,
                            "maximum": 3.0,
                            "default": 1.0,
                            "title": "Enhancement Level",
                            "description": "0 hardly cleans the image, 1 does as usual, 2 suits noisy photos.",
                            "examples": [1.0],
                        },
                    },
                }
            },
            "application/json": {"schema": ReadNumberIn.model_json_schema()},
        },
    }
}


# One address for both kinds of body, as clients expect: FastAPI's own parameters know one kind each.
@router.post("/read-number", openapi_extra=BODY)
@calls("read_number")
async def read_number(request: Request, workspace: WorkspaceDep) -> ReadNumberOut:
    """Read all digits of an image, or of each page of a TIFF or PDF, in reading order; nothing is kept."""
    if request.headers.get("content-type", "").lower().startswith("multipart/form-data"):
        async with request.form() as form:
            if not isinstance(form.get("file"), UploadFile):  # a text of this name is no file either
                raise RequestValidationError([{"type": "missing", "loc": ("body", "file"), "input": None}])
            given = _checked(_Form, dict(form))
            document = await given.file.read()
        level, boxes = given.enhancement_level, None
    else:
        asked = _checked(ReadNumberIn, _json(await request.body()))
        document = await run_in_threadpool(image_bytes, asked.image_data)
        level, boxes = asked.enhancement_level, asked.boxes
    return ReadNumberOut.of(
        await run_in_threadpool(workspace.read_number, document, enhancement_level=level, boxes=boxes)
    )


def _json(body: bytes) -> object:
    if not body:
        raise RequestValidationError([{"type": "missing", "loc": ("body",), "input": None}])
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:  # no JSON, or brackets in brackets without end
        raise RequestValidationError([{"type": "json_invalid", "loc": ("body",), "input": None}]) from error


def _checked(kind: type[Given], values: object) -> Given:
    try:
        return kind.model_validate(values)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]
        raise RequestValidationError(faults) from error
