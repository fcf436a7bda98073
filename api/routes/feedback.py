"""Feedback on predictions."""

from fastapi import APIRouter

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.inputs.request_bodies import JsonRoute
from api.schemas.feedback import FeedbackGivenOut, FeedbackIn, FeedbackWithdrawnOut
from api.schemas.fields import PredictionId, UserId
from hwr_core.app import DEFAULT_USER

router = APIRouter(prefix="/api", tags=["feedback"], responses=RESPONSES, route_class=JsonRoute)


@router.post("/feedback", summary="Give feedback on a prediction")
@calls("feedback.give")
def give(feedback: FeedbackIn, workspace: WorkspaceDep) -> FeedbackGivenOut:
    """Say what the image of a prediction really shows. The newest feedback is the label of the prediction.

    It replaces earlier feedback of the same user on the same prediction.
    """
    return FeedbackGivenOut.of(
        workspace.feedback.give(
            feedback.prediction_id,
            user_id=feedback.user_id,
            actual_digit=feedback.actual_digit,
            confidence_rating=feedback.confidence_rating,
            comments=feedback.comments or "",
        )
    )


@router.delete("/feedback/{prediction_id}", summary="Withdraw feedback")
@calls("feedback.withdraw")
def withdraw(
    prediction_id: PredictionId, workspace: WorkspaceDep, user_id: UserId = DEFAULT_USER
) -> FeedbackWithdrawnOut:
    """Withdraw a user's feedback on a prediction. Its label is then the feedback of another user, if there is any."""
    return FeedbackWithdrawnOut.of(prediction_id, workspace.feedback.withdraw(prediction_id, user_id=user_id))
