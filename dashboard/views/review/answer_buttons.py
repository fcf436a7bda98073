"""The buttons of the review queue, each with a key: agree, label, move, undo."""

from functools import partial
from typing import Literal

import streamlit as st

from dashboard.components.label_buttons import UserLabel, show_label_buttons
from dashboard.views.review import actions
from dashboard.views.review.session import ReviewSession
from hwr_core.app import PredictionRecord


def show_answer_buttons(record: PredictionRecord, session: ReviewSession) -> None:
    """A button and a key to agree, for each digit, for not a digit, and to undo."""
    given = session.labels.get(record.id)
    show_label_buttons(
        record.prediction,
        UserLabel(given.digit) if given else None,
        # With the id, so that a press meant for another image than the current one is recognised.
        key=f"review_{record.id}",
        on_press=partial(actions.press, record),
        show_undo=partial(show_undo, session),
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
