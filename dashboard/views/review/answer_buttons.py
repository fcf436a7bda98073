"""The buttons of the review queue, each with a key: agree, label, move, undo."""

from typing import Literal

import streamlit as st

from dashboard.components.label_buttons import NOT_A_DIGIT_BUTTON, digit_rows
from dashboard.components.wording import in_script
from dashboard.views.review import actions
from dashboard.views.review.session import ReviewSession
from hwr_core.app import PredictionRecord


def show_label_buttons(record: PredictionRecord, session: ReviewSession) -> None:
    """A button and a key to agree, for each digit, for not a digit, and to undo."""
    digit = record.prediction.digit
    script = record.prediction.script
    agree = f"Agree: {in_script(digit, script)}"
    _label_button(record, digit, agree, "Enter", name="agree", icon=":material/check:", is_primary=True)
    for row in digit_rows(script):
        with st.container(horizontal=True, gap="xsmall"):
            for button in row:
                _label_button(record, button.digit, button.text, button.shortcut, name=button.name)
    none = NOT_A_DIGIT_BUTTON
    with st.container(horizontal=True, gap="xsmall"):
        _label_button(record, None, none.text, none.shortcut, name=none.name)
        show_undo(session)


def _label_button(  # noqa: PLR0913  each says one thing about a button
    record: PredictionRecord,
    digit: int | None,
    text: str,
    shortcut: str | None,
    *,
    name: str,
    icon: str | None = None,
    is_primary: bool = False,
) -> None:
    st.button(
        text,
        icon=icon,
        # With the id, so that a press meant for another image than the current one is recognised.
        key=f"review_{record.id}_{name}",
        type="primary" if is_primary else "secondary",
        shortcut=shortcut,
        width="stretch",
        on_click=actions.press,
        args=(record, digit),
    )


def show_move_buttons(record: PredictionRecord, session: ReviewSession) -> None:
    """Back and on, without a label."""
    with st.container(horizontal=True, gap="xsmall"):
        for text, icon, shortcut, distance in (
            ("Back", ":material/arrow_back:", "Left", -1),
            ("Skip", ":material/arrow_forward:", "Right", 1),
        ):
            st.button(
                text,
                icon=icon,
                key=f"review_{record.id}_{text}",
                shortcut=shortcut,
                disabled=distance < 0 and session.place == 0,
                width="stretch",
                on_click=actions.move,
                args=(record, distance),
            )


def show_undo(session: ReviewSession, *, width: Literal["stretch", "content"] = "stretch") -> None:
    """A button and a key to undo the last label."""
    st.button(
        "Undo",
        icon=":material/undo:",
        key=f"review_undo_{len(session.steps)}",
        shortcut="U",
        disabled=not session.steps,
        width=width,
        on_click=actions.undo,
        args=(len(session.steps),),
    )
