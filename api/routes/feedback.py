"""What people say of readings."""

from fastapi import APIRouter

from api.deps import WorkspaceDep
from api.errors import RESPONSES
from api.schemas.feedback import FeedbackGivenOut, FeedbackIn

router = APIRouter(prefix="/api", tags=["feedback"], responses=RESPONSES)


@router.post("/feedback")
def give(given: FeedbackIn, workspace: WorkspaceDep) -> FeedbackGivenOut:
    """Say what a reading's picture really shows; a later word of the same person replaces the earlier."""
    return FeedbackGivenOut.of(
        workspace.feedback.give(
            given.prediction_id,
            user_id=given.user_id,
            actual_digit=given.actual_digit,
            confidence_rating=given.confidence_rating,
            comments=given.comments,
        )
    )
