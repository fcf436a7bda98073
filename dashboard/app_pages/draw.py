"""Draw a digit, or a number, and see it read at each stroke. Nothing is kept until the person says so."""

import hashlib
from functools import partial

import streamlit as st

from dashboard.components import canvas
from dashboard.components.labelling import offer_all_digits, said_instead
from dashboard.components.notices import show_left_notices
from dashboard.components.numbers import show_number
from dashboard.components.panels import show_answer, show_error, show_explanation, show_hint, show_probabilities
from dashboard.components.pen import choose_pen, pen_width
from dashboard.components.recording import ToKeep, kept_number, numbers_kept, offer_to_keep
from dashboard.components.wording import KINDS, NUMBERS, ONE_DIGIT, symbol
from dashboard.services import explain, read_number, workspace
from dashboard.views.draw.recent import Drawn, follow, show_drawn
from hwr_core.errors import HwrError
from hwr_core.recognition.types import Prediction, Reason
from hwr_core.records.predictions import Source

BOARD = "draw_board"
KEEP = "draw_keep"
KIND = "draw_kind"
PEN = "draw_pen"
JUDGE = "draw_judge"


@st.fragment
def drawing_board() -> None:
    """The canvas and its prediction; a stroke reruns this and nothing else."""
    kind = st.segmented_control(
        "What to draw",
        KINDS,
        default=ONE_DIGIT,
        required=True,
        key=KIND,
        persist_state="session",
        label_visibility="collapsed",
    )
    left, right = st.columns(2, gap="medium")
    with left:
        # On the left of this line there is room for the canvas's own buttons, which lie above it under the pointer.
        st.caption("Write in the square.")
        drawing = canvas.drawing_canvas(key=BOARD, pen_width=pen_width(key=PEN))
    if drawing is None and follow(None, key="draw"):
        st.rerun(scope="app")  # before anything is shown that would be shown anew
    with right:  # before the tools, so that the answer reaches the browser first
        drawn = show_drawn_number(drawing) if kind == NUMBERS else show_result(drawing)
    with left:
        show_tools()
    if drawn and kind == ONE_DIGIT and st.toggle("Show how it was read", key="draw_explain"):
        show_why(drawn.image)
    if follow(drawn, key="draw"):
        st.rerun(scope="app")  # what was drawn is shown outside, so that no stroke has to show it again
    show_left_notices()


def show_tools() -> None:
    """Undo, clear, and the pen."""
    with st.container(horizontal=True, width=canvas.SIDE, gap="xsmall"):
        for label, icon, act, key in (
            ("Undo", ":material/undo:", canvas.undo, "Z"),
            ("Clear", ":material/delete:", canvas.clear, "Esc"),
        ):
            st.button(
                label,
                icon=icon,
                on_click=act,
                args=(BOARD,),
                shortcut=key,
                key=f"draw_{label.lower()}",
                width="stretch",
            )
    choose_pen(key=PEN)


def show_result(drawing: bytes | None) -> Drawn | None:
    """The prediction of the drawing, or what to do when there is none."""
    try:
        prediction = workspace().read(drawing) if drawing else None
    except HwrError as error:  # caught here, since no error leaves a fragment
        show_error(error)
        return None
    offer = None if drawing is None or prediction is None else as_offer(drawing, prediction)
    if prediction:
        show_answer(prediction)
        if prediction.reason is Reason.SEVERAL_DIGITS:
            st.button("Read it as a number", icon=":material/123:", on_click=read_as_number, key="draw_as_number")
    else:
        show_hint("Write one digit. It is read at each stroke.")
    offer_all_digits(
        offer.prediction if offer else None,
        partial(kept_number, offer, key=KEEP) if offer else lambda: None,
        name=offer.name if offer else "",
        key=JUDGE,
    )
    offer_to_keep([offer] if offer else [], key=KEEP, shortcut="K")
    show_probabilities(prediction)
    if offer is None or drawing is None:
        return None
    return as_drawn(drawing, symbol(offer.prediction), really=said_instead(offer.prediction, offer.name, key=JUDGE))


def show_drawn_number(drawing: bytes | None) -> Drawn | None:
    """All digits of the drawing, each with its box; or what to do when there is none."""
    if drawing is None:
        show_hint("Write digits next to each other, in one line or several.")
        return None
    try:
        show_number(drawing, key="draw_number")
        text = read_number(drawing, 1.0).text
    except HwrError as error:
        show_error(error)
        return None
    return as_drawn(drawing, text.replace("\n", " ") or "–")


def show_why(drawing: bytes) -> None:
    """The way of the drawing to what the model saw, and what mattered in it."""
    try:
        show_explanation(explain(drawing))
    except HwrError as error:
        show_error(error)


def read_as_number() -> None:
    """Have the drawing read as a number."""
    st.session_state[KIND] = NUMBERS


def as_offer(drawing: bytes, prediction: Prediction) -> ToKeep | None:
    """The drawing, known by its content, unless there is no ink on it."""
    return None if prediction.seen is None else ToKeep(name_of(drawing), prediction, Source.DRAWING, image=drawing)


def as_drawn(drawing: bytes, read_as: str, *, really: str | None = None) -> Drawn:
    """The drawing with what it was read as, what it is instead, and its number if it was kept."""
    name = name_of(drawing)
    return Drawn(name, drawing, read_as, numbers_kept(key=KEEP).get(name), really)


def name_of(drawing: bytes) -> str:
    """What tells a drawing from all others."""
    return hashlib.sha256(drawing).hexdigest()


st.title("Draw a digit")
try:
    workspace().served_model()
except HwrError as error:
    show_error(error)
    st.stop()
drawing_board()
show_drawn(key="draw")
