"""Data to learn from: what there is, and people's own images."""

from typing import Annotated

from fastapi import APIRouter, File, UploadFile

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.schemas.datasets import DatasetsOut, ImportedOut

router = APIRouter(prefix="/api/datasets", tags=["datasets"], responses=RESPONSES)


@router.get("")
@calls("modelling.sources")
def datasets(workspace: WorkspaceDep) -> DatasetsOut:
    """List the data sets, and which of them are here."""
    return DatasetsOut.of(workspace.modelling.sources(), workspace.modelling.suites())


@router.post("/custom")
@calls("modelling.import_images")
def add_images(
    file: Annotated[UploadFile, File(description="A ZIP: a folder for each label.", examples=["digits.zip"])],
    workspace: WorkspaceDep,
) -> ImportedOut:
    """Add the labelled images of a ZIP archive, which has folders named 0 to 9, or none for what is no digit."""
    return ImportedOut.of(workspace.modelling.import_images(file.file))
