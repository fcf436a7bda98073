"""What can be said and done of the prediction that the Review page asks about: a button and a key for each."""

import time
from typing import Literal

import streamlit as st

from dashboard.components import wording
from dashboard.components.user_switch import user_id
from dashboard.services import workspace
from dashboard.views.review.session import ReviewSession, Said
from hwr_core.errors import HwrError
from hwr_core.recognition.types import DIGITS, NONE
from hwr_core.records.predictions import PredictionRecord

SITTING = "review_sitting"
NO_DIGIT = "No digit"


def offer_answers(kept: PredictionRecord, session: ReviewSession) -> None:
    """A button and a key to agree, for each digit, for none, and to take the last word back."""
    # The number is part of each key: a press meant for another image than the one that is shown is known by it.
    key = f"review_{kept.id}"
    digit = kept.prediction.digit
    _offer_answer(kept, digit, f"Agree: {named(digit)}", "Enter", key=f"{key}_agree", icon=":material/check:")
    for row in (DIGITS[:5], DIGITS[5:]):
        with st.container(horizontal=True, gap="xsmall"):
            for each in row:
                # Without a label, as the key's name stands on the button anyway.
                _offer_answer(kept, each, "", str(each), key=f"{key}_is_{each}")
    with st.container(horizontal=True, gap="xsmall"):
        _offer_answer(kept, None, NO_DIGIT, "N", key=f"{key}_none", icon=":material/block:")
        offer_undo(session)


def _offer_answer(  # noqa: PLR0913  each says one thing of a button
    kept: PredictionRecord, digit: int | None, label: str, shortcut: str, *, key: str, icon: str | None = None
) -> None:
    st.button(
        label,
        icon=icon,
        key=key,
        type="primary" if shortcut == "Enter" else "secondary",
        shortcut=shortcut,
        width="stretch",
        on_click=_say,
        args=(kept, digit),
    )


def offer_moves(kept: PredictionRecord, session: ReviewSession) -> None:
    """Back and on, without a word."""
    with st.container(horizontal=True, gap="xsmall"):
        _offer_move("Back", ":material/arrow_back:", "Left", kept, -1, disabled=session.place == 0)
        _offer_move("Skip", ":material/arrow_forward:", "Right", kept, 1)


def _offer_move(  # noqa: PLR0913  each says one thing of a button
    label: str, icon: str, shortcut: str, kept: PredictionRecord, distance: int, *, disabled: bool = False
) -> None:
    st.button(
        label,
        icon=icon,
        key=f"review_{kept.id}_{label}",
        shortcut=shortcut,
        disabled=disabled,
        width="stretch",
        on_click=_move,
        args=(kept, distance),
    )


def offer_undo(session: ReviewSession, *, width: Literal["stretch", "content"] = "stretch") -> None:
    """A button and a key to take the last word back."""
    st.button(
        "Undo",
        icon=":material/undo:",
        key=f"review_undo_{len(session.steps)}",
        shortcut="U",
        disabled=not session.steps,
        width=width,
        on_click=_undo,
        args=(len(session.steps),),
    )


def _say(kept: PredictionRecord, digit: int | None) -> None:
    session: ReviewSession = st.session_state[SITTING]
    moment = time.monotonic()
    # Pressed twice, or held down: not meant for the image that is shown. For a moment the buttons of two images may
    # listen, and both be pressed by one key; so what was meant for another one is left out first.
    if not session.is_at(kept) or session.is_hasty(moment):
        return
    said = Said(user_id(), digit)
    try:
        workspace().feedback.give(kept.id, user_id=said.user_id, actual_digit=digit)
    except HwrError as error:
        session.problem = error
    else:
        session.judge(said, moment)


def _undo(steps: int) -> None:
    session: ReviewSession = st.session_state[SITTING]
    if len(session.steps) != steps:
        return  # the button of the step before, pressed by the same key
    step = session.steps[-1]
    feedback = workspace().feedback
    try:
        if step.before is not None and step.before.user_id == step.said.user_id:
            feedback.give(step.kept.id, user_id=step.before.user_id, actual_digit=step.before.digit)
        else:
            feedback.withdraw(step.kept.id, user_id=step.said.user_id)
    except HwrError as error:
        session.problem = error
    else:
        session.take_back()


def _move(kept: PredictionRecord, distance: int) -> None:
    session: ReviewSession = st.session_state[SITTING]
    if session.is_at(kept):
        session.move(distance)


def named(digit: int | None) -> str:
    """A digit with its article, or the words for none."""
    return wording.digit_or_none(NONE if digit is None else str(digit))
