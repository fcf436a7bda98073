"""Draw a digit, or a number, and see it read at each stroke. Nothing is kept until the person says so."""

import hashlib
from functools import partial

import streamlit as st

from dashboard import canvas
from dashboard.judging import offer_to_judge
from dashboard.keeping import ToKeep, kept_number, offer_to_keep
from dashboard.number_views import show_number
from dashboard.panels import show_answer, show_error, show_explanation, show_hint, show_probabilities
from dashboard.services import workspace
from dashboard.wording import KINDS, NUMBERS, ONE_DIGIT
from hwr_core.errors import HwrError
from hwr_core.records import Reading, Source

BOARD = "draw_board"
PEN = "draw_pen"


@st.fragment
def drawing_board() -> None:
    """The canvas and its reading; a stroke reruns this and nothing else."""
    kind = st.segmented_control(
        "What to draw", KINDS, default=ONE_DIGIT, required=True, key="draw_kind", label_visibility="collapsed"
    )
    left, right = st.columns(2, gap="medium")
    with left:
        board = st.container()
        show_tools()
    with board:
        drawing = canvas.drawing_canvas(key=BOARD, pen_width=st.session_state[PEN])
    with right:
        if kind == NUMBERS:
            show_drawn_number(drawing)
            return
        show_result(drawing)
    if drawing and st.toggle("Show how it was read", key="draw_explain"):
        show_why(drawing)


def show_tools() -> None:
    """Undo, clear, and the pen."""
    with st.container(horizontal=True, width=canvas.SIDE, gap="xsmall"):
        st.button("Undo", icon=":material/undo:", on_click=canvas.undo, args=(BOARD,), key="draw_undo", width="stretch")
        st.button(
            "Clear", icon=":material/delete:", on_click=canvas.clear, args=(BOARD,), key="draw_clear", width="stretch"
        )
        with st.popover("Pen", icon=":material/line_weight:", width="stretch"):
            st.slider("Pen width", 5, 30, 18, format="%d px", key=PEN)


def show_result(drawing: bytes | None) -> None:
    """The reading of the drawing, or what to do when there is none."""
    try:
        reading = workspace().read(drawing) if drawing else None
    except HwrError as error:  # caught here, since no error leaves a fragment
        show_error(error)
        return
    if drawing and reading:
        show_answer(reading)
        found = offers(drawing, reading)
        for offer in found:
            offer_to_judge(reading, partial(kept_number, offer, key="draw_keep"), key="draw_judge", shortcuts=True)
        offer_to_keep(found, key="draw_keep")
    else:
        show_hint("Write one digit. It is read at each stroke.")
        offer_to_keep([], key="draw_keep")
    show_probabilities(reading, key="draw_probabilities")


def show_drawn_number(drawing: bytes | None) -> None:
    """All digits of the drawing, each with its box; or what to do when there is none."""
    if drawing is None:
        show_hint("Write digits next to each other, in one line or several.")
        return
    try:
        show_number(drawing, key="draw_number")
    except HwrError as error:
        show_error(error)


def show_why(drawing: bytes) -> None:
    """The way of the drawing to what the model saw, and what mattered in it."""
    try:
        show_explanation(workspace().explain(drawing))
    except HwrError as error:
        show_error(error)


def offers(drawing: bytes, reading: Reading) -> list[ToKeep]:
    """The drawing, known by its content, unless there is no ink on it."""
    name = hashlib.sha256(drawing).hexdigest()
    return [] if reading.seen is None else [ToKeep(name, reading, Source.DRAWING, picture=drawing)]


st.title("Draw a digit")
try:
    workspace().served_model()
except HwrError as error:
    show_error(error)
    st.stop()
drawing_board()
