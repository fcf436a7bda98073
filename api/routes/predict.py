"""Predictions of images: one drawing, one file, many files."""

import asyncio
import time
from typing import Annotated

from fastapi import APIRouter, File, Form, Request, Response, UploadFile

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep, workspace_of
from api.errors import RESPONSES
from api.inputs.experiment_unit import UnitDep, unit_of_caller
from api.inputs.image_data import image_bytes
from api.inputs.request_bodies import UploadRoute, parsed_now
from api.inputs.sent import HEADERS_OF_SENT, SentDep
from api.inputs.uploads import named_content, received
from api.schemas.fields import EnhancementLevel, ScriptName, UserId
from api.schemas.predictions import PredictBatchOut, PredictIn, PredictOut, PredictUploadOut
from hwr_core.app import DEFAULT_USER, WESTERN, Sent, Source

router = APIRouter(prefix="/api", tags=["predict"], responses=RESPONSES, route_class=UploadRoute)


# Not a plain `def`: sixteen requests that wait for the commit, each in its own thread, are a quarter slower.
@router.post("/predict", summary="Read an image and store the prediction")
@calls("start_read_and_keep")
async def predict(body: PredictIn, workspace: WorkspaceDep, unit: UnitDep, sent: SentDep) -> PredictOut:
    """Read the digit in an image sent as base64, and store the prediction.

    A blank image has the verdict no_ink and is not stored.
    """
    started = time.perf_counter()
    outcome = await asyncio.wrap_future(
        workspace.start_read_and_keep(
            image_bytes(body.image_data),
            user_id=body.user_id,
            source=Source.API,
            enhancement_level=body.enhancement_level,
            script=body.script,
            unit=unit,
            sent=sent,
        )
    )
    return PredictOut.from_record(outcome, total_time=time.perf_counter() - started)


async def predict_directly(request: Request, body: bytes) -> Response | None:
    """Answer a request to `/api/predict` as `predict` does; None for a body that it refuses, and for rare headers."""
    if any(name in request.headers for name in HEADERS_OF_SENT):
        return None
    try:
        given = PredictIn.model_validate(parsed_now(body))
    except ValueError:  # of JSON or of its values: the route says what is wrong
        return None
    answer = await predict(given, workspace_of(request), unit_of_caller(request), Sent())
    return Response(answer.__pydantic_serializer__.to_json(answer), media_type="application/json")


@router.post("/predict-upload", summary="Read an uploaded image and store the prediction")
@calls("start_read_and_keep")
async def predict_upload(  # noqa: PLR0913, PLR0917  each is one part of the request
    file: Annotated[UploadFile, File(description="An image file.", examples=["seven.png"])],
    workspace: WorkspaceDep,
    unit: UnitDep,
    sent: SentDep,
    user_id: Annotated[UserId, Form()] = DEFAULT_USER,
    enhancement_level: Annotated[EnhancementLevel, Form()] = 1.0,
    script: Annotated[ScriptName, Form()] = WESTERN,
) -> PredictUploadOut:
    """Read the digit in an image file sent as a form, and store the prediction with the name of the file."""
    started = time.perf_counter()
    name, content = await received(file)
    outcome = await asyncio.wrap_future(
        workspace.start_read_and_keep(
            content,
            user_id=user_id,
            source=Source.UPLOAD,
            file_name=name,
            enhancement_level=enhancement_level,
            script=script,
            unit=unit,
            sent=sent,
        )
    )
    return PredictUploadOut.from_record(outcome, filename=name, total_time=time.perf_counter() - started)


@router.post("/predict-batch", summary="Read many uploaded images and store the predictions")
@calls("keep_all")
def predict_batch(  # noqa: PLR0913, PLR0917  each is one part of the request
    files: Annotated[list[UploadFile], File(description="Image files.", examples=[["seven.png", "eight.jpg"]])],
    workspace: WorkspaceDep,
    unit: UnitDep,
    sent: SentDep,
    user_id: Annotated[UserId, Form()] = DEFAULT_USER,
    enhancement_level: Annotated[EnhancementLevel, Form()] = 1.0,
    script: Annotated[ScriptName, Form()] = WESTERN,
) -> PredictBatchOut:
    """Read the digits in many image files on all cores, and store the predictions.

    A file that cannot be read has an error in its result; the others are read all the same.
    """
    named = [named_content(file) for file in files]
    found = workspace.read_all(named, user_id=user_id, enhancement_level=enhancement_level, script=script, unit=unit)
    kept = workspace.keep_all(
        found, named, user_id=user_id, source=Source.BATCH, enhancement_level=enhancement_level, sent=sent
    )
    return PredictBatchOut.of(kept)
