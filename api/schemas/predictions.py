"""Pictures to read, and what they were read as."""

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
from hwr_core.app.batch import FileReading
from hwr_core.history.predictions import KeptReading
from hwr_core.history.users import DEFAULT_USER
from hwr_core.recognition.types import Reading, Reason

SEVEN = (
    "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAABwAAAAcAQAAAABaduI5AAAAO0lEQVR42mP8z8DwkYmBgYEBO8HIAmGxMPx/AZdAsC5A"
    "WAz//9t/gIr9d4CJ/fkPE/sLN+8XnMWDYRsAfgsQI+ist+AAAAAASUVORK5CYII="
)


class PredictIn(BaseModel):
    """A drawing to read."""

    image_data: str = Field(
        min_length=1,
        description="A picture file in base64, with or without a data-URL prefix.",
        examples=[SEVEN],
    )
    user_id: UserId = DEFAULT_USER
    enhancement_level: EnhancementLevel = 1.0


class ReadingOut(BaseModel):
    """What one picture was read as; `prediction_id` is null when there was no ink and nothing was kept."""

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
    def of(cls, outcome: Reading | KeptReading, **more: object) -> Self:
        """Return the answer for a reading; `more` fills the fields that a subclass adds."""
        kept = outcome if isinstance(outcome, KeptReading) else None
        reading = outcome.reading if isinstance(outcome, KeptReading) else outcome
        return cls(
            prediction_id=kept.id if kept else None,
            predicted_digit=reading.digit,
            verdict=reading.verdict,
            reason=reading.reason,
            confidence=reading.confidence,
            all_predictions=reading.probabilities,
            processing_time=reading.timings.total,
            model_version=reading.model_version,
            **more,
        )


class PredictOut(Success, ReadingOut):
    """The reading of a drawing."""

    total_time: float = Field(description="Until the reading was durable, in seconds.", examples=[0.0075])
    timestamp: UtcTime

    @classmethod
    def of(cls, outcome: Reading | KeptReading, **more: object) -> Self:
        """Add when it was read."""
        timestamp = outcome.timestamp if isinstance(outcome, KeptReading) else datetime.now(UTC)
        return super().of(outcome, timestamp=timestamp, **more)


class PredictUploadOut(PredictOut):
    """The reading of a file."""

    filename: FileName


class FileReadOut(ReadingOut):
    """A file of a batch that was read."""

    filename: FileName


class FileErrorOut(BaseModel):
    """A file of a batch that cannot be read; the others are not touched by it."""

    filename: FileName
    error: str = Field(examples=["The picture is damaged or cut short."])
    # Clients that know no `error` read these of every result.
    predicted_digit: None = Field(None, description="Always null.", examples=[None])
    confidence: float = Field(0.0, description="Always 0.", examples=[0.0])
    processing_time: float = Field(0.0, description="Always 0.", examples=[0.0])


class PredictBatchOut(Success):
    """The readings of many files, in the order sent."""

    total_files: int = Field(examples=[2])
    results: list[FileReadOut | FileErrorOut] = Field(
        examples=[
            [
                {
                    "filename": "list.txt",
                    "error": "This is not a picture.",
                    "predicted_digit": None,
                    "confidence": 0.0,
                    "processing_time": 0.0,
                }
            ]
        ]
    )

    @classmethod
    def of(cls, outcomes: Sequence[FileReading]) -> Self:
        """Return the answer for a batch."""
        return cls(total_files=len(outcomes), results=[_file_out(outcome) for outcome in outcomes])


def _file_out(outcome: FileReading) -> FileReadOut | FileErrorOut:
    reading = outcome.kept or outcome.reading
    if reading is None:
        return FileErrorOut(filename=outcome.file_name, error=str(outcome.error))
    return FileReadOut.of(reading, filename=outcome.file_name)
