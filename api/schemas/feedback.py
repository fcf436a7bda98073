"""What people say of predictions."""

from typing import Self

from pydantic import BaseModel, Field

from api.schemas.base import Success
from api.schemas.fields import Comment, PredictionId, Rating, TrueDigit, UserId, UtcTime
from hwr_core.records.feedback import Feedback
from hwr_core.records.labels import Label
from hwr_core.records.users import DEFAULT_USER


class FeedbackIn(BaseModel):
    """What a person says of a prediction; a later word of the same person replaces the earlier."""

    prediction_id: PredictionId
    user_id: UserId = DEFAULT_USER
    actual_digit: TrueDigit
    confidence_rating: Rating | None = None
    comments: Comment = ""


class FeedbackGivenOut(Success):
    """The feedback is recorded."""

    message: str = Field(examples=["Thank you: prediction 42 is a 7."])
    feedback_id: int = Field(examples=[5])
    correct_prediction: bool = Field(description="Whether the prediction was right.", examples=[True])

    @classmethod
    def of(cls, given: Feedback) -> Self:
        """Return the answer to a feedback."""
        what = "no digit" if given.actual_digit is None else f"a {given.actual_digit}"
        return cls(
            message=f"Recorded: the image of prediction {given.prediction_id} shows {what}.",
            feedback_id=given.id,
            correct_prediction=given.correct_prediction,
        )


class FeedbackWithdrawnOut(Success):
    """The word is taken back; its trace stays."""

    message: str = Field(examples=["Taken back for prediction 42: nobody says anything of it now."])
    is_labelled: bool = Field(description="Whether somebody else's word stands now.", examples=[False])
    actual_digit: TrueDigit = Field(description="What that says it is; null for no digit, or where there is none.")

    @classmethod
    def of(cls, prediction_id: int, label: Label | None) -> Self:
        """Return the answer once a word is taken back, with the label that stands then."""
        stands = "nobody says anything of it now" if label is None else "what another person said stands again"
        return cls(
            message=f"Taken back for prediction {prediction_id}: {stands}.",
            is_labelled=label is not None,
            actual_digit=label and label.digit,
        )


class FeedbackOut(BaseModel):
    """One word on a prediction."""

    id: int = Field(examples=[5])
    timestamp: UtcTime
    prediction_id: PredictionId
    user_id: UserId
    actual_digit: TrueDigit
    correct_prediction: bool = Field(examples=[True])
    confidence_rating: Rating | None
    comments: Comment
    replaced_at: UtcTime | None = Field(
        description="When the same person said something else, or took it back; null while it stands."
    )

    @classmethod
    def of(cls, said: Feedback) -> Self:
        """Return the answer for one feedback."""
        return cls(
            id=said.id,
            timestamp=said.timestamp,
            prediction_id=said.prediction_id,
            user_id=said.user_id,
            actual_digit=said.actual_digit,
            correct_prediction=said.correct_prediction,
            confidence_rating=said.confidence_rating,
            comments=said.comments,
            replaced_at=said.replaced_at,
        )
