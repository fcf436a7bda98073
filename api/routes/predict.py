"""Reading images: a drawing, a file, many files."""

import asyncio
import time
from typing import Annotated

from fastapi import APIRouter, File, Form, UploadFile

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.inputs.image_data import image_bytes
from api.inputs.uploads import named_content
from api.schemas.fields import EnhancementLevel, UserId
from api.schemas.predictions import PredictBatchOut, PredictIn, PredictOut, PredictUploadOut
from hwr_core.records.predictions import Source
from hwr_core.records.users import DEFAULT_USER

router = APIRouter(prefix="/api", tags=["predict"], responses=RESPONSES)


# Not a plain `def`: waiting for the commit in a thread of its own each, sixteen requests cost a quarter of the rate.
@router.post("/predict")
@calls("start_read_and_keep")
async def predict(given: PredictIn, workspace: WorkspaceDep) -> PredictOut:
    """Read a drawing and keep the prediction; a blank one is answered with the verdict no_ink and not kept."""
    started = time.perf_counter()
    outcome = await asyncio.wrap_future(
        workspace.start_read_and_keep(
            image_bytes(given.image_data),
            user_id=given.user_id,
            source=Source.API,
            enhancement_level=given.enhancement_level,
        )
    )
    return PredictOut.of(outcome, total_time=time.perf_counter() - started)


@router.post("/predict-upload")
@calls("read_and_keep")
def predict_upload(
    file: Annotated[UploadFile, File(description="An image file.", examples=["seven.png"])],
    workspace: WorkspaceDep,
    user_id: Annotated[UserId, Form()] = DEFAULT_USER,
    enhancement_level: Annotated[EnhancementLevel, Form()] = 1.0,
) -> PredictUploadOut:
    """Read an uploaded image file and keep the prediction, with the name of the file."""
    started = time.perf_counter()
    name, content = named_content(file)
    outcome = workspace.read_and_keep(
        content, user_id=user_id, source=Source.UPLOAD, file_name=name, enhancement_level=enhancement_level
    )
    return PredictUploadOut.of(outcome, filename=name, total_time=time.perf_counter() - started)


@router.post("/predict-batch")
@calls("keep_all")
def predict_batch(
    files: Annotated[list[UploadFile], File(description="Image files.", examples=[["seven.png", "eight.jpg"]])],
    workspace: WorkspaceDep,
    user_id: Annotated[UserId, Form()] = DEFAULT_USER,
    enhancement_level: Annotated[EnhancementLevel, Form()] = 1.0,
) -> PredictBatchOut:
    """Read many uploaded image files, on all cores, and keep the predictions; a file that cannot be read fails alone."""
    given = [named_content(file) for file in files]
    found = workspace.read_all(given, enhancement_level=enhancement_level)
    kept = workspace.keep_all(found, given, user_id=user_id, source=Source.BATCH, enhancement_level=enhancement_level)
    return PredictBatchOut.of(kept)
