"""Data sets to learn from, and images of one's own."""

from typing import Annotated

from fastapi import APIRouter, File, UploadFile

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.inputs.request_bodies import UploadRoute
from api.schemas.datasets import DatasetsOut, ImportedOut

router = APIRouter(prefix="/api/datasets", tags=["datasets"], responses=RESPONSES, route_class=UploadRoute)


@router.get("", summary="List data sets")
@calls("modelling.sources")
def datasets(workspace: WorkspaceDep) -> DatasetsOut:
    """Return the data sets, whether each is available here, and the suites for evaluation."""
    return DatasetsOut.of(workspace.modelling.sources(), workspace.modelling.suites())


@router.post("/custom", summary="Import labelled images")
@calls("modelling.import_images")
def add_images(
    file: Annotated[
        UploadFile, File(description="A ZIP archive with a folder for each label.", examples=["digits.zip"])
    ],
    workspace: WorkspaceDep,
) -> ImportedOut:
    """Import the images of a ZIP archive with folders named 0 to 9, and none for images without a digit."""
    return ImportedOut.from_record(workspace.modelling.import_images(file.file))
