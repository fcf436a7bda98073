"""Images to read, and what they were read as."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Self

from pydantic import BaseModel, Field

from api.schemas.base import Success
from api.schemas.fields import (
    Confidence,
    Digit,
    EnhancementLevel,
    FileName,
    Judgement,
    PredictionId,
    Seconds,
    Shares,
    UserId,
    UtcTime,
    Version,
)
from hwr_core.app.batch import FilePrediction
from hwr_core.recognition.types import Prediction, Reason
from hwr_core.records.predictions import PredictionRecord
from hwr_core.records.users import DEFAULT_USER

SEVEN = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABwAAAAcAQAAAABaduI5AAAAO0lEQVR42mP8z8DwkYmBgYEBO8HIAmGxMPx/AZdAsC5A"
    "WAz//9t/gIr9d4CJ/fkPE/sLN+8XnMWDYRsAfgsQI+ist+AAAAAASUVORK5CYII="
)


class PredictIn(BaseModel):
    """A drawing to read."""

    image_data: str = Field(
        min_length=1,
        description="An image file in base64, with or without a data-URL prefix.",
        examples=[SEVEN],
    )
    user_id: UserId = DEFAULT_USER
    enhancement_level: EnhancementLevel = 1.0


class PredictionOut(BaseModel):
    """What one image was read as; `prediction_id` is null when there was no ink and nothing was kept."""

    prediction_id: PredictionId | None
    predicted_digit: Digit
    verdict: Judgement
    reason: Reason | None = Field(
        description="Why it is refused or read with reserve; null for the verdict digit.", examples=[None]
    )
    confidence: Confidence
    all_predictions: Shares
    processing_time: Seconds
    model_version: Version

    @classmethod
    def of(cls, outcome: Prediction | PredictionRecord, **more: object) -> Self:
        """Return the answer for a prediction; `more` fills the fields that a subclass adds."""
        kept = outcome if isinstance(outcome, PredictionRecord) else None
        prediction = outcome.prediction if isinstance(outcome, PredictionRecord) else outcome
        return cls(
            prediction_id=kept.id if kept else None,
            predicted_digit=prediction.digit,
            verdict=prediction.verdict,
            reason=prediction.reason,
            confidence=prediction.confidence,
            all_predictions=prediction.probabilities,
            processing_time=prediction.timings.total,
            model_version=prediction.model_version,
            **more,
        )


class PredictOut(Success, PredictionOut):
    """The prediction of a drawing."""

    total_time: float = Field(description="Until the prediction was durable, in seconds.", examples=[0.0075])
    timestamp: UtcTime

    @classmethod
    def of(cls, outcome: Prediction | PredictionRecord, **more: object) -> Self:
        """Add when it was read."""
        timestamp = outcome.timestamp if isinstance(outcome, PredictionRecord) else datetime.now(UTC)
        return super().of(outcome, timestamp=timestamp, **more)


class PredictUploadOut(PredictOut):
    """The prediction of a file."""

    filename: FileName


class FileReadOut(PredictionOut):
    """A file of a batch that was read."""

    filename: FileName


class FileErrorOut(BaseModel):
    """A file of a batch that cannot be read; the others are not touched by it."""

    filename: FileName
    error: str = Field(examples=["The image is damaged or cut short."])
    # Clients that know no `error` read these of every result.
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
        """Return the answer for a batch."""
        return cls(total_files=len(outcomes), results=[_file_out(outcome) for outcome in outcomes])


def _file_out(outcome: FilePrediction) -> FileReadOut | FileErrorOut:
    prediction = outcome.kept or outcome.prediction
    if prediction is None:
        return FileErrorOut(filename=outcome.file_name, error=str(outcome.error))
    return FileReadOut.of(prediction, filename=outcome.file_name)
