"""What goes in and out over HTTP, with an example on each field, and how the records of hwr_core become it."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Literal, Self

from pydantic import BaseModel, Field

from api.fields import (
    Confidence,
    Digit,
    EnhancementLevel,
    FileName,
    Judgement,
    PredictionId,
    Seconds,
    UserId,
    UtcTime,
    Version,
)
from hwr_core.model_card import Score
from hwr_core.records import FileReading, KeptReading, Reading, Source
from hwr_core.registry import ModelVersion
from hwr_core.workspace import DEFAULT_USER, Health

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


class Success(BaseModel):
    """What every answer but /health begins with."""

    success: Literal[True] = Field(default=True, examples=[True])


class ErrorOut(BaseModel):
    """The body of every error."""

    success: Literal[False] = Field(default=False, examples=[False])
    detail: str = Field(
        description="What was wrong, what was given, what is allowed.", examples=["There is no user 7."]
    )


class ReadingOut(BaseModel):
    """What one picture was read as; `prediction_id` is null when there was no ink and nothing was kept."""

    prediction_id: PredictionId | None
    predicted_digit: Digit
    verdict: Judgement
    confidence: Confidence
    all_predictions: tuple[float, ...] = Field(
        min_length=10,
        max_length=10,
        description="The probability of each digit, 0 to 9.",
        examples=[[0.001, 0.002, 0.002, 0.001, 0.001, 0.001, 0.001, 0.987, 0.002, 0.002]],
    )
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


class HistoryRowOut(BaseModel):
    """One reading of the history."""

    id: PredictionId
    timestamp: UtcTime
    predicted_digit: Digit
    verdict: Judgement
    confidence: Confidence
    user_input_type: Literal["drawing", "upload"] = Field(examples=["drawing"])
    source: Source = Field(description="The door it came in by.", examples=[Source.DRAWING])
    file_name: FileName | None
    user_id: UserId
    processing_time: Seconds
    model_version: Version

    @classmethod
    def of(cls, kept: KeptReading) -> Self:
        """Return the row of a kept reading."""
        return cls(
            id=kept.id,
            timestamp=kept.timestamp,
            predicted_digit=kept.reading.digit,
            verdict=kept.reading.verdict,
            confidence=kept.reading.confidence,
            user_input_type=kept.source.user_input_type,
            source=kept.source,
            file_name=kept.file_name,
            user_id=kept.user_id,
            processing_time=kept.reading.timings.total,
            model_version=kept.reading.model_version,
        )


class HistoryOut(Success):
    """The newest readings, newest first."""

    count: int = Field(examples=[1])
    data: list[HistoryRowOut]

    @classmethod
    def of(cls, history: Sequence[KeptReading]) -> Self:
        """Return the answer for a piece of the history."""
        return cls(count=len(history), data=[HistoryRowOut.of(kept) for kept in history])


class ScoreOut(BaseModel):
    """How the model reads pictures it never learned from."""

    source: str = Field(description="The data set.", examples=["mnist"])
    digits: int = Field(examples=[10000])
    accuracy: float | None = Field(description="Share of digits read right; null without digits.", examples=[0.9954])
    others: int = Field(description="Pictures that hold no digit.", examples=[0])
    taken_for_digits: int = Field(description="Of the others, those taken for a digit.", examples=[0])

    @classmethod
    def of(cls, score: Score) -> Self:
        """Return the answer for one line of a model's card."""
        return cls(accuracy=score.accuracy, **score.model_dump(include={*cls.model_fields} - {"accuracy"}))


class ModelStatusOut(Success):
    """The model that reads at present, if there is one."""

    model_loaded: bool = Field(examples=[True])
    model_version: Version | None = None
    model_path: str | None = Field(None, examples=["models/20260131T120000Z-1a2b3"])
    created_at: UtcTime | None = None
    architecture: str | None = Field(None, examples=["small"])
    parameters: int | None = Field(None, examples=[289195])
    calibration_error: float | None = Field(None, examples=[0.004])
    scores: list[ScoreOut] = Field([], description="On the test part of each data set.")

    @classmethod
    def of(cls, version: ModelVersion | None) -> Self:
        """Return the answer for the version served."""
        if version is None:
            return cls(model_loaded=False)
        card = version.card
        return cls(
            model_loaded=True,
            model_version=version.name,
            model_path=f"models/{version.name}",
            created_at=card.created_at,
            architecture=card.architecture,
            parameters=card.parameters,
            calibration_error=card.calibration_error,
            scores=[ScoreOut.of(score) for score in card.scores if score.part == "test"],
        )


class HealthOut(BaseModel):
    """What works at present."""

    status: str = Field(description='"healthy", or what is wrong, in words.', examples=["healthy"])
    model_loaded: bool = Field(examples=[True])
    database_connected: bool = Field(examples=[True])
    timestamp: UtcTime
    problems: tuple[str, ...] = Field(examples=[[]])

    @classmethod
    def of(cls, health: Health) -> Self:
        """Return the answer for the workspace's health."""
        return cls(
            status=" ".join(health.problems) or "healthy",
            model_loaded=health.model is not None,
            database_connected=health.database_connected,
            timestamp=datetime.now(UTC),
            problems=health.problems,
        )
