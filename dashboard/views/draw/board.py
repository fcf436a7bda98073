"""The canvas with its tools, and beside it the prediction for what is drawn."""

import hashlib

import streamlit as st

from dashboard.components.answer import show_answer, show_hint, show_probabilities
from dashboard.components.keyboard.own_keys import own_keys
from dashboard.components.label_buttons import UserLabel, pressed_label, save_or_remove, show_label_buttons
from dashboard.components.messages import show_error, show_toasts
from dashboard.components.numbers import show_number
from dashboard.components.save_button import Unsaved, save_once, saved_ids, show_save_button
from dashboard.components.script_choice import NARROW_SCRIPT, SCRIPT_WIDTH, choose_script
from dashboard.components.user_switch import user_id
from dashboard.components.wording import KINDS, NUMBERS, ONE_DIGIT, digit_symbol, symbol, written
from dashboard.services import on_phone, read_number, workspace
from dashboard.views.draw import canvas
from dashboard.views.draw.examples import show_drawn_examples
from dashboard.views.draw.explanation import show_explanation
from dashboard.views.draw.pen import choose_pen, pen_width
from dashboard.views.draw.recent_drawings import Drawing, follow
from hwr_core.app import AUTO, WESTERN, Prediction, Reason, Source
from hwr_core.errors import HwrError

BOARD = "draw_board"
SAVE = "draw_save"
KIND = "draw_kind"
PEN = "draw_pen"
LABEL = "draw_label"
LABELS = "draw_labels"
"""The user's labels of this session's drawings."""


@st.fragment
def show_board() -> None:
    """The canvas and its prediction; a stroke reruns this and nothing else."""
    kind, script = _choose_kind_and_script()
    is_wide = kind == NUMBERS
    left, right = (st.container(), st.container()) if is_wide else st.columns(2, gap="medium")
    size = canvas.sheet_size(is_wide=is_wide)
    beside = size[0] < canvas.SIDE
    with left, st.container(horizontal=beside, gap="xsmall"):
        image = canvas.drawing_canvas(key=BOARD, pen_width=pen_width(key=PEN), size=size)
        tools = st.container(
            horizontal=size[0] > canvas.SIDE, gap="xsmall", width=canvas.BESIDE if beside else "stretch"
        )
    if image is None and follow(None, key="draw"):
        st.rerun(scope="app")  # before anything is shown that would be shown anew
    with right:  # before the tools, so that the answer reaches the browser first
        drawing = _show_number(image, script) if kind == NUMBERS else _show_digit(image, script)
    with tools:
        _show_tools(in_a_column=beside)
    if image is None and script in (WESTERN, AUTO):
        with left:
            show_drawn_examples(kind, size, board=BOARD, pen=PEN)
    if drawing and kind == ONE_DIGIT and st.toggle("Explain this prediction", key="draw_explain"):
        show_explanation(drawing.image, script)
    if follow(drawing, key="draw"):
        st.rerun(scope="app")  # recent drawings are shown outside, so that no stroke has to show them again
    show_toasts()


def _choose_kind() -> str:
    kind: str = st.segmented_control(
        "What to draw",
        KINDS,
        default=ONE_DIGIT,
        required=True,
        key=KIND,
        persist_state="session",
        label_visibility="collapsed",
    )
    return kind


def _show_tools(*, in_a_column: bool) -> None:
    """Undo, clear, and the pen: below the sheet, or in a column beside a small one."""
    keys = own_keys()
    with st.container(horizontal=not in_a_column, gap="xsmall", width="stretch" if in_a_column else canvas.SIDE):
        for label, icon, act, shortcut in (
            ("Undo", ":material/undo:", canvas.undo, keys.undo_stroke),
            ("Clear", ":material/delete:", canvas.clear, keys.clear),
        ):
            key = f"draw_{label.lower()}"
            st.button(label, icon=icon, on_click=act, args=(BOARD,), shortcut=shortcut, key=key, width="stretch")
    choose_pen(key=PEN, all_hidden=in_a_column)


def _choose_kind_and_script() -> tuple[str, str]:
    """Whether to draw one digit or a number, and in which script."""
    with st.container(horizontal=True, vertical_alignment="center"):
        kind = _choose_kind()
        with st.container(width=NARROW_SCRIPT if on_phone() else SCRIPT_WIDTH):
            return kind, choose_script(key="draw_script", is_labelled=False)


def _show_digit(image: bytes | None, script: str) -> Drawing | None:
    """The prediction for the drawing, or what to do when there is none."""
    try:
        prediction = workspace().read(image, user_id=user_id(), script=script) if image else None
    except HwrError as error:  # caught here, since no error leaves a fragment
        show_error(error)
        return None
    if prediction:
        show_answer(prediction)
        if prediction.reason is Reason.SEVERAL_DIGITS:
            st.button("Read it as a number", icon=":material/123:", on_click=_read_as_number, key="draw_as_number")
    else:
        show_hint("Write one digit. It is read after each stroke.")
    unsaved = None if image is None or prediction is None else _as_unsaved(image, prediction)
    label = _choose_label(unsaved, script)
    show_save_button([unsaved] if unsaved else [], key=SAVE, shortcut=own_keys().save, is_primary=False)
    show_probabilities(prediction, script)
    if unsaved is None or image is None:
        return None
    corrected = None if label is None or label.digit == unsaved.prediction.digit else _label(label, unsaved.prediction)
    return _as_drawing(image, symbol(unsaved.prediction), script=unsaved.prediction.script, label=corrected)


def _label(label: UserLabel, prediction: Prediction) -> str:
    return digit_symbol(None) if label.digit is None else written(label.digit, prediction.script)


def _choose_label(unsaved: Unsaved | None, script: str) -> UserLabel | None:
    """Show the label buttons; a label saves its drawing first. Returns the drawing's label."""
    labels: dict[str, UserLabel | None] = st.session_state.setdefault(LABELS, {})
    prediction = unsaved.prediction if unsaved else None
    before = labels.get(unsaved.name) if unsaved else None
    pressed = pressed_label(prediction, before, key=LABEL)
    if unsaved and pressed and (prediction_id := save_once(unsaved, key=SAVE)) is not None:
        labels[unsaved.name] = save_or_remove(prediction_id, pressed, before, unsaved.prediction.script)
    label = labels.get(unsaved.name) if unsaved else None
    show_label_buttons(prediction, label, key=LABEL, script=script)
    return label


def _show_number(image: bytes | None, script: str) -> Drawing | None:
    """All digits of the drawing, each with its box; or what to do when there is none."""
    if image is None:
        show_hint("Write digits next to each other, on one line or several.")
        return None
    try:
        show_number(image, key="draw_number", script=script)
        text = read_number(image, 1.0, script=script).text
    except HwrError as error:
        show_error(error)
        return None
    return _as_drawing(image, text.replace("\n", " ") or "–")


def _read_as_number() -> None:
    st.session_state[KIND] = NUMBERS


def _as_unsaved(image: bytes, prediction: Prediction) -> Unsaved | None:
    """The drawing, known by its content and script, unless it is blank."""
    if prediction.seen is None:
        return None
    return Unsaved(f"{_name_of(image)} {prediction.script}", prediction, Source.DRAWING, image=image)


def _as_drawing(image: bytes, read_as: str, *, script: str = WESTERN, label: str | None = None) -> Drawing:
    name = f"{_name_of(image)} {script}"
    return Drawing(name, image, read_as, saved_ids(key=SAVE).get(name), label)


def _name_of(image: bytes) -> str:
    """What tells a drawing from all others."""
    return hashlib.sha256(image).hexdigest()
