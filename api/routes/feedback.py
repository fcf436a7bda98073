"""What people say of predictions."""

from fastapi import APIRouter

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.schemas.feedback import FeedbackGivenOut, FeedbackIn, FeedbackWithdrawnOut
from api.schemas.fields import PredictionId, UserId
from hwr_core.records.users import DEFAULT_USER

router = APIRouter(prefix="/api", tags=["feedback"], responses=RESPONSES)


@router.post("/feedback")
@calls("feedback.give")
def give(given: FeedbackIn, workspace: WorkspaceDep) -> FeedbackGivenOut:
    """Say what a prediction's image really shows; a later word of the same person replaces the earlier."""
    return FeedbackGivenOut.of(
        workspace.feedback.give(
            given.prediction_id,
            user_id=given.user_id,
            actual_digit=given.actual_digit,
            confidence_rating=given.confidence_rating,
            comments=given.comments,
        )
    )


@router.delete("/feedback/{prediction_id}")
@calls("feedback.withdraw")
def withdraw(
    prediction_id: PredictionId, workspace: WorkspaceDep, user_id: UserId = DEFAULT_USER
) -> FeedbackWithdrawnOut:
    """Take back what a person says of a prediction; what another said before stands again, or nothing."""
    return FeedbackWithdrawnOut.of(prediction_id, workspace.feedback.withdraw(prediction_id, user_id=user_id))
