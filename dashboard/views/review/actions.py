"""What a button or a key of the review queue does: label, move, undo."""

import time

import streamlit as st

from dashboard.components.user_switch import user_id
from dashboard.services import workspace
from dashboard.views.review.session import AHEAD, GivenLabel, ReviewSession
from hwr_core.app import PredictionRecord
from hwr_core.errors import HwrError

SESSION = "review_session"


def fetch(session: ReviewSession) -> None:
    """Put the predictions that come next into the session. Raises HwrError."""
    session.add(workspace().review.page(session.order, limit=AHEAD, after=session.last))


def press(record: PredictionRecord, digit: int | None) -> None:
    """Label a prediction by the mouse or a finger, unless that was meant for another one.

    The second click of a double click was, and for a moment the buttons of two images may be there.
    """
    session = _session()
    if session.is_at(record) and not session.is_too_soon(time.monotonic()):
        _label(session, digit)


def move(record: PredictionRecord, distance: int) -> None:
    """Go on, or back, from a prediction."""
    session = _session()
    if session.is_at(record):
        session.move(distance)


def undo(steps: int) -> None:
    """Undo the last label, of so many steps."""
    session = _session()
    if len(session.steps) == steps:  # else it is the button of the step before
        _undo(session)


def take_key(key: str) -> bool:
    """Do what a key says about the current prediction; return False where that failed."""
    session = _session()
    try:
        if session.current is None and session.wants_more:
            fetch(session)
    except HwrError as error:
        session.problem = error
        return False
    if key == "U":
        return not session.steps or _undo(session)
    if session.current is None:
        return True
    if key in ("ArrowLeft", "ArrowRight"):
        session.move(-1 if key == "ArrowLeft" else 1)
        return True
    read = session.current.kept.prediction.digit
    return _label(session, read if key == "Enter" else None if key == "N" else int(key))


def _session() -> ReviewSession:
    session: ReviewSession = st.session_state[SESSION]
    return session


def _label(session: ReviewSession, digit: int | None) -> bool:
    """Label the current prediction and go on to the next; return whether that could be done."""
    assert session.current is not None  # asked by those who call
    label = GivenLabel(user_id(), digit)
    try:
        workspace().feedback.give(session.current.kept.id, user_id=label.user_id, actual_digit=digit)
    except HwrError as error:
        session.problem = error
        return False
    session.label(label, time.monotonic())
    return True


def _undo(session: ReviewSession) -> bool:
    step = session.steps[-1]
    feedback = workspace().feedback
    try:
        if step.before is not None and step.before.user_id == step.label.user_id:
            feedback.give(step.record.id, user_id=step.before.user_id, actual_digit=step.before.digit)
        else:
            feedback.withdraw(step.record.id, user_id=step.label.user_id)
    except HwrError as error:
        session.problem = error
        return False
    session.undo()
    return True
