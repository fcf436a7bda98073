"""What a key of the review queue does, where the next predictions may have to be fetched first."""

import streamlit as st

from dashboard.components.labelling import actions
from dashboard.services import workspace
from dashboard.views.review.session import AHEAD, ReviewSession
from hwr_core.errors import HwrError

SESSION = "review_session"


def fetch(session: ReviewSession) -> None:
    """Put the predictions that come next into the session. Raises HwrError."""
    session.add(workspace().review.page(session.order, limit=AHEAD, after=session.last))


def take_key(key: str) -> bool:
    """Do what a key says about the current prediction; return False where that failed."""
    session: ReviewSession = st.session_state[SESSION]
    try:
        if session.current is None and session.wants_more:
            fetch(session)
    except HwrError as error:
        session.problem = error
        return False
    return actions.take_key(session, key)
