"""The history: rows, pages, and one prediction in full."""

from collections.abc import Sequence
from typing import Literal, Self

from pydantic import BaseModel, Field

from api.schemas.base import Success
from api.schemas.feedback import FeedbackOut
from api.schemas.fields import (
    Confidence,
    Digit,
    EnhancementLevel,
    FileName,
    Judgement,
    PredictionId,
    Seconds,
    Shares,
    TrueDigit,
    UserId,
    UtcTime,
    Version,
)
from hwr_core.images.encode import data_url
from hwr_core.records.feedback import Feedback
from hwr_core.records.history import HistoryPage
from hwr_core.records.predictions import PredictionRecord, Source


class HistoryRowOut(BaseModel):
    """One prediction of the history."""

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
    is_labelled: bool = Field(description="Whether anybody has said what it really is.", examples=[True])
    actual_digit: TrueDigit = Field(description="What people say it is; null for no digit, or while nobody has said.")
    correct_prediction: bool | None = Field(description="Null while nobody has said.", examples=[True])
    verified: bool | None = Field(description="Whether two people or a reviewer say so.", examples=[False])

    @classmethod
    def of(cls, kept: PredictionRecord, **more: object) -> Self:
        """Return the row of a kept prediction; `more` fills the fields that a subclass adds."""
        return cls(
            id=kept.id,
            timestamp=kept.timestamp,
            predicted_digit=kept.prediction.digit,
            verdict=kept.prediction.verdict,
            confidence=kept.prediction.confidence,
            user_input_type=kept.source.user_input_type,
            source=kept.source,
            file_name=kept.file_name,
            user_id=kept.user_id,
            processing_time=kept.prediction.timings.total,
            model_version=kept.prediction.model_version,
            is_labelled=kept.label is not None,
            actual_digit=kept.label and kept.label.digit,
            correct_prediction=kept.is_right,
            verified=kept.label and kept.label.verified,
            **more,
        )


class HistoryOut(Success):
    """A page of predictions, newest first."""

    count: int = Field(description="Of the rows of this page.", examples=[1])
    next_before: int | None = Field(
        description="Give it as `before` to get the next page; null on the last one.", examples=[42]
    )
    data: list[HistoryRowOut]

    @classmethod
    def of(cls, page: HistoryPage) -> Self:
        """Return the answer for a page."""
        return cls(
            count=len(page.predictions),
            next_before=page.next,
            data=[HistoryRowOut.of(kept) for kept in page.predictions],
        )


class PredictionDetail(HistoryRowOut):
    """All that is known of a kept prediction."""

    all_predictions: Shares
    preprocessing_time: Seconds
    inference_time: Seconds
    enhancement_level: EnhancementLevel
    seen: str = Field(
        description="What the model saw: 28x28, ink bright on black, as a PNG in a data URL.",
        examples=["data:image/png;base64,iVBORw0KGgo..."],
    )
    upload: str | None = Field(
        description="SHA-256 of the image file, null where it was not kept; it is at /api/predictions/{id}/original.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )
    feedback: list[FeedbackOut] = Field(description="All that was ever said of it, newest first.")


class PredictionDetailOut(Success):
    """One prediction in full."""

    data: PredictionDetail

    @classmethod
    def of(cls, kept: PredictionRecord, said: Sequence[Feedback]) -> Self:
        """Return the answer for a reading and what was said of it."""
        assert kept.prediction.seen is not None  # without ink nothing is kept
        return cls(
            data=PredictionDetail.of(
                kept,
                all_predictions=kept.prediction.probabilities,
                preprocessing_time=kept.prediction.timings.preprocessing,
                inference_time=kept.prediction.timings.inference,
                enhancement_level=kept.enhancement_level,
                seen=data_url(kept.prediction.seen),
                upload=kept.upload,
                feedback=[FeedbackOut.of(each) for each in said],
            )
        )
