"""The tools: what each does, with one call into the workspace, for one user of this machine."""

from typing import Annotated, Literal

from pydantic import Field

from hwr_core.app.workspace import Workspace
from hwr_core.errors import NotFound
from hwr_core.mcp.answers import (
    ReadDigit,
    ReadNumber,
    StoredPrediction,
    StoredPredictions,
    of_digit,
    of_number,
    of_stored,
)
from hwr_core.mcp.images import content_of
from hwr_core.recognition.types import Verdict
from hwr_core.records.filters import HistoryFilter
from hwr_core.records.predictions import Source
from hwr_core.scripts.script import WESTERN

Path = Annotated[str | None, Field(description="An image file on this machine")]
Base64 = Annotated[str | None, Field(description="The content of an image file in base64, in place of path")]
Script = Annotated[str, Field(description="The script of the digits, such as kannada, or auto")]
Level = Annotated[float, Field(description="0 to 3, how hard to clean the image")]
Store = Annotated[bool, Field(description="Whether the history keeps it")]


class Tools:
    """What an assistant may do. It acts as one user: what it stores is that user's, and so is all that it sees."""

    def __init__(self, workspace: Workspace, user_id: int) -> None:
        self._workspace = workspace
        self._user_id = user_id

    def read_digit(
        self,
        *,
        path: Path = None,
        image_base64: Base64 = None,
        script: Script = WESTERN,
        enhancement_level: Level = 1.0,
        store: Store = False,
    ) -> ReadDigit:
        """Read the one handwritten digit on an image. It says so where the image shows no digit."""
        name, image = self._image(path, image_base64)
        if not store:
            return of_digit(self._workspace.read(image, enhancement_level=enhancement_level, script=script))
        kept = self._workspace.read_and_keep(
            image,
            user_id=self._user_id,
            source=Source.CLI,
            file_name=name,
            enhancement_level=enhancement_level,
            script=script,
        )
        return of_digit(kept)

    def read_number(  # noqa: PLR0913  one for each parameter of the tool
        self,
        *,
        path: Path = None,
        image_base64: Base64 = None,
        pattern: Annotated[str | None, Field(description='What each line may be, such as "digits 8, luhn"')] = None,
        max_error: Annotated[float | None, Field(description="Share of accepted lines that may be wrong")] = None,
        script: Script = WESTERN,
        store: Store = False,
    ) -> ReadNumber:
        """Read all handwritten digits of an image, or of each page of a TIFF or PDF, line by line."""
        name, document = self._image(path, image_base64)
        options = {"pattern": pattern, "max_error": max_error, "script": script}
        if not store:
            return of_number(self._workspace.read_number(document, **options))  # type: ignore[arg-type]  # as above
        kept = self._workspace.read_and_keep_number(
            document,
            user_id=self._user_id,
            source=Source.CLI,
            file_name=name,
            **options,  # type: ignore[arg-type]  # as above
        )
        return of_number(kept)

    def list_predictions(
        self,
        limit: Annotated[int, Field(description="The most predictions", ge=1, le=200)] = 20,
        before: Annotated[int | None, Field(description="Only those older than this prediction")] = None,
        verdict: Annotated[Verdict | None, Field(description="Only those with this verdict")] = None,
        digit: Annotated[int | Literal["none"] | None, Field(description="Only those read as this")] = None,
    ) -> StoredPredictions:
        """List the user's stored predictions, newest first."""
        chosen = HistoryFilter(user_id=self._user_id, verdict=verdict, digit=digit)
        page = self._workspace.history.page(chosen, limit=limit, before=before)
        return StoredPredictions(predictions=[of_stored(each) for each in page.predictions], next=page.next)

    def get_prediction(self, prediction_id: int) -> StoredPrediction:
        """Look at one stored prediction of the user."""
        record = self._workspace.history.get(prediction_id)
        if record.user_id != self._user_id:
            raise NotFound(f"There is no prediction {prediction_id}.")
        return of_stored(record)

    def _image(self, path: str | None, image_base64: str | None) -> tuple[str | None, bytes]:
        return content_of(path, image_base64, self._workspace.settings.max_image_bytes)
