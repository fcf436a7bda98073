"""Feedback on predictions."""

from typing import Self

from pydantic import BaseModel, Field

from api.schemas.base import Out, Success
from api.schemas.fields import Comment, PredictionId, Rating, TrueDigit, UserId, UtcTime
from hwr_core.app import DEFAULT_USER, Feedback, Label


class FeedbackIn(BaseModel):
    """Feedback on a prediction; it replaces earlier feedback of the same user on the same prediction."""

    prediction_id: PredictionId
    user_id: UserId = DEFAULT_USER
    actual_digit: TrueDigit
    confidence_rating: Rating | None = None
    comments: Comment | None = Field("", description="Free text; null for none.", examples=["A 1 with an upstroke."])


class FeedbackGivenOut(Success):
    """The feedback was recorded."""

    message: str = Field(examples=["Recorded: the image of prediction 42 shows a 7."])
    feedback_id: int = Field(examples=[5])
    correct_prediction: bool = Field(description="Whether the prediction was right.", examples=[True])

    @classmethod
    def of(cls, feedback: Feedback) -> Self:
        """Return the answer to feedback."""
        what = "no digit" if feedback.actual_digit is None else f"a {feedback.actual_digit}"
        return cls(
            message=f"Recorded: the image of prediction {feedback.prediction_id} shows {what}.",
            feedback_id=feedback.id,
            correct_prediction=feedback.correct_prediction,
        )


class FeedbackWithdrawnOut(Success):
    """The feedback was withdrawn; it stays in the prediction's record."""

    message: str = Field(examples=["Withdrawn: prediction 42 has no label now."])
    is_labelled: bool = Field(description="Whether feedback of another user still labels it.", examples=[False])
    actual_digit: TrueDigit = Field(description="The label it has now; null for no digit, or without a label.")

    @classmethod
    def of(cls, prediction_id: int, label: Label | None) -> Self:
        """Return the answer once feedback is withdrawn, with the label that the prediction has then."""
        now = "has no label now" if label is None else "has the label of another user again"
        return cls(
            message=f"Withdrawn: prediction {prediction_id} {now}.",
            is_labelled=label is not None,
            actual_digit=label and label.digit,
        )


class FeedbackOut(Out):
    """Feedback of one user on one prediction."""

    id: int = Field(examples=[5])
    timestamp: UtcTime
    prediction_id: PredictionId
    user_id: UserId
    actual_digit: TrueDigit
    correct_prediction: bool = Field(examples=[True])
    confidence_rating: Rating | None
    comments: Comment
    replaced_at: UtcTime | None = Field(
        description="When the same user replaced or withdrew it; null while it is valid.", examples=[None]
    )
