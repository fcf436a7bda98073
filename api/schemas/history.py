"""The history: rows, pages, and one prediction with all its details."""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import AliasPath, BeforeValidator, Field

from api.schemas.base import One, Out, Success
from api.schemas.feedback import FeedbackOut
from api.schemas.fields import (
    Confidence,
    Digit,
    EnhancementLevel,
    FileName,
    PngUrl,
    PredictionId,
    Probabilities,
    ScriptField,
    Seconds,
    SymbolField,
    TrueDigit,
    UserId,
    UtcTime,
    VerdictField,
    Version,
)
from hwr_core.app import Feedback, HistoryPage, PredictionRecord, Source


def _is_there(label: object) -> bool:
    return label if isinstance(label, bool) else label is not None


class HistoryRowOut(Out):
    """One prediction of the history, made from a PredictionRecord."""

    id: PredictionId
    timestamp: UtcTime
    predicted_digit: Digit = Field(validation_alias=AliasPath("prediction", "digit"))
    script: ScriptField = Field(validation_alias=AliasPath("prediction", "script"))
    symbol: SymbolField = Field(validation_alias=AliasPath("prediction", "symbol"))
    verdict: VerdictField = Field(validation_alias=AliasPath("prediction", "verdict"))
    confidence: Confidence = Field(validation_alias=AliasPath("prediction", "confidence"))
    user_input_type: Literal["drawing", "upload"] = Field(
        validation_alias=AliasPath("source", "user_input_type"), examples=["drawing"]
    )
    source: Source = Field(description="Where the image came from.", examples=[Source.DRAWING])
    file_name: FileName | None
    user_id: UserId
    processing_time: Seconds = Field(validation_alias=AliasPath("prediction", "timings", "total"))
    model_version: Version = Field(validation_alias=AliasPath("prediction", "model_version"))
    is_labelled: Annotated[bool, BeforeValidator(_is_there)] = Field(
        validation_alias="label", description="Whether the prediction has a label.", examples=[True]
    )
    actual_digit: TrueDigit = Field(
        None,
        validation_alias=AliasPath("label", "digit"),
        description="The label; null for no digit, and without a label.",
    )
    correct_prediction: bool | None = Field(
        validation_alias="is_right", description="Whether the label agrees; null without one.", examples=[True]
    )
    verified: bool | None = Field(
        None,
        validation_alias=AliasPath("label", "verified"),
        description="Whether two users or a reviewer agree on the label; null without one.",
        examples=[False],
    )


class HistoryOut(Success):
    """A page of predictions, newest first."""

    count: int = Field(description="Number of rows on this page.", examples=[1])
    next_before: int | None = Field(
        description="Send it as `before` to get the next page; null on the last one.", examples=[42]
    )
    data: list[HistoryRowOut]

    @classmethod
    def of(cls, page: HistoryPage) -> Self:
        """Return the answer about a page."""
        rows = [HistoryRowOut.from_record(record) for record in page.predictions]
        return cls(count=len(rows), next_before=page.next, data=rows)


class PredictionDetail(HistoryRowOut):
    """A stored prediction with all its details."""

    all_predictions: Probabilities = Field(validation_alias=AliasPath("prediction", "probabilities"))
    preprocessing_time: Seconds = Field(validation_alias=AliasPath("prediction", "timings", "preprocessing"))
    inference_time: Seconds = Field(validation_alias=AliasPath("prediction", "timings", "inference"))
    enhancement_level: EnhancementLevel
    seen: PngUrl = Field(validation_alias=AliasPath("prediction", "seen"))
    upload: str | None = Field(
        description="SHA-256 of the image file, which is at /api/predictions/{id}/original; null if it was not stored.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )
    feedback: list[FeedbackOut] = Field(description="All feedback ever given, newest first.")


class PredictionDetailOut(One[PredictionDetail]):
    """One prediction with all its details."""

    @classmethod
    def of_prediction(cls, record: PredictionRecord, feedback: Sequence[Feedback]) -> Self:
        """Return the answer about a prediction and the feedback on it."""
        return cls(data=PredictionDetail.from_record(record, feedback=feedback))
