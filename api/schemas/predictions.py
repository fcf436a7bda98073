"""Images to read, and their predictions."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Self

from pydantic import AliasChoices, AliasPath, BaseModel, Field

from api.schemas.base import Out, Success
from api.schemas.fields import (
    Confidence,
    Digit,
    EnhancementLevel,
    FileName,
    PredictionId,
    Probabilities,
    ScriptField,
    ScriptName,
    Seconds,
    SymbolField,
    UserId,
    UtcTime,
    VerdictField,
    Version,
)
from hwr_core.app import DEFAULT_USER, WESTERN, FilePrediction, Reason

SEVEN = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABwAAAAcAQAAAABaduI5AAAAO0lEQVR42mP8z8DwkYmBgYEBO8HIAmGxMPx/AZdAsC5A"
    "WAz//9t/gIr9d4CJ/fkPE/sLN+8XnMWDYRsAfgsQI+ist+AAAAAASUVORK5CYII="
)


class PredictIn(BaseModel):
    """An image to read."""

    image_data: str = Field(
        min_length=1,
        description="An image file in base64, with or without a data-URL prefix.",
        examples=[SEVEN],
    )
    user_id: UserId = DEFAULT_USER
    enhancement_level: EnhancementLevel = 1.0
    script: ScriptName = WESTERN


def _of_prediction(*names: str) -> AliasChoices:
    """Where a prediction's value is found: in a record that holds the prediction, or in the prediction itself."""
    return AliasChoices(AliasPath("prediction", *names), AliasPath(*names))


class ScriptCandidateOut(Out):
    """A script, and how probable it is that the image shows a digit of it."""

    script: ScriptField
    probability: float = Field(examples=[0.97])


class PredictionOut(Out):
    """The prediction of one image, stored or not."""

    prediction_id: PredictionId | None = Field(
        None,
        validation_alias="id",
        description="The id in the history; null if the prediction was not stored, as for the verdict no_ink.",
    )
    predicted_digit: Digit = Field(validation_alias=_of_prediction("digit"))
    script: ScriptField = Field(validation_alias=_of_prediction("script"))
    symbol: SymbolField = Field(validation_alias=_of_prediction("symbol"))
    scripts: list[ScriptCandidateOut] = Field(
        validation_alias=_of_prediction("script_candidates"),
        description="If `script` was `auto`: all scripts, the most probable first.",
        examples=[[]],
    )
    verdict: VerdictField = Field(validation_alias=_of_prediction("verdict"))
    reason: Reason | None = Field(
        validation_alias=_of_prediction("reason"),
        description="Why the verdict is not digit; null if it is.",
        examples=[None],
    )
    confidence: Confidence = Field(validation_alias=_of_prediction("confidence"))
    all_predictions: Probabilities = Field(validation_alias=_of_prediction("probabilities"))
    processing_time: Seconds = Field(validation_alias=_of_prediction("timings", "total"))
    model_version: Version = Field(validation_alias=_of_prediction("model_version"))
    experiment: int | None = Field(
        validation_alias=_of_prediction("experiment"),
        description="The id of the experiment that chose the model version; null outside of any.",
        examples=[None],
    )


def _now() -> datetime:
    return datetime.now(UTC)


class PredictOut(Success, PredictionOut):
    """The prediction of one image."""

    total_time: float = Field(description="Seconds from the request to the stored prediction.", examples=[0.0075])
    timestamp: UtcTime = Field(default_factory=_now)


class PredictUploadOut(PredictOut):
    """The prediction of an uploaded file."""

    filename: FileName


class FileReadOut(PredictionOut):
    """The prediction of one file of a batch."""

    filename: FileName


class FileErrorOut(Out):
    """A file of a batch that cannot be read; the others are read all the same."""

    filename: FileName
    error: str = Field(examples=["The image is damaged or cut short."])
    # For clients that do not know `error` and read these of every result.
    predicted_digit: None = Field(None, description="Always null.", examples=[None])
    confidence: float = Field(0.0, description="Always 0.", examples=[0.0])
    processing_time: float = Field(0.0, description="Always 0.", examples=[0.0])


class PredictBatchOut(Success):
    """The predictions of many files, in the order sent."""

    total_files: int = Field(examples=[2])
    results: list[FileReadOut | FileErrorOut] = Field(
        examples=[
            [
                {
                    "filename": "list.txt",
                    "error": "This is not an image.",
                    "predicted_digit": None,
                    "confidence": 0.0,
                    "processing_time": 0.0,
                }
            ]
        ]
    )

    @classmethod
    def of(cls, outcomes: Sequence[FilePrediction]) -> Self:
        """Return the answer about a batch."""
        return cls(total_files=len(outcomes), results=[_file_out(outcome) for outcome in outcomes])


def _file_out(outcome: FilePrediction) -> FileReadOut | FileErrorOut:
    prediction = outcome.kept or outcome.prediction
    if prediction is None:
        return FileErrorOut(filename=outcome.file_name, error=str(outcome.error))
    return FileReadOut.from_record(prediction, filename=outcome.file_name)
