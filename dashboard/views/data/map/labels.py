"""One label for many images at once, and the way back."""

import time
from collections.abc import Sequence

import streamlit as st

from dashboard.components import wording
from dashboard.components.label_buttons import NOT_A_DIGIT_NAME
from dashboard.components.messages import leave_toast, show_error
from dashboard.components.user_switch import user_id
from dashboard.services import workspace
from dashboard.views.data.map.state import GroupLabel
from hwr_core.app import Shown, values_of
from hwr_core.errors import HwrError

GIVEN = "data_map_given"
"""The labels that the visitor gave by the map, which can be undone: the newest last."""
PROBLEM, LAST_PRESS, CHANGED = "data_map_problem", "data_map_pressed", "data_map_changed"

TOO_SOON = 1.0
"""Seconds: the same label for the same images so soon after the last is the second click of a double click."""


def just_changed() -> tuple[int, ...]:
    """Return, once, the ids of the predictions whose labels the last press changed."""
    changed: tuple[int, ...] = st.session_state.pop(CHANGED, ())
    return changed


def show_label_buttons(found: Sequence[Shown]) -> None:
    """A button for each label that all of these predictions can get; how many these are stands before them."""
    scripts = {each.prediction.script for each in found}
    if len(scripts) > 1:
        st.caption("These are in several scripts. Select those of one, by the filter, to label them together.")
        return
    script = scripts.pop()
    st.markdown(f"**Label {wording.counted(len(found), 'image')} as**")
    with st.container(horizontal=True, gap="xsmall"):
        for digit in values_of(script):
            _show_button(found, digit, wording.written(digit, script), f"is_{digit}")
        _show_button(found, None, wording.NOT_A_DIGIT, NOT_A_DIGIT_NAME)
    if labelled := sum(each.really is not None for each in found):
        have = "has a label" if labelled == 1 else "have labels"
        st.caption(f"{labelled:,} of them {have} already. The new one counts instead; the log keeps both.")


def show_undo() -> None:
    """The way back from the last label, whatever is selected by now, and what went wrong at the last press."""
    if problem := st.session_state.pop(PROBLEM, None):
        show_error(problem)
    given: list[GroupLabel] = st.session_state.get(GIVEN, [])
    if given:
        words = f"Undo: {_in_words(given[-1])}"
        st.button(words, icon=":material/undo:", key=f"{GIVEN}_{len(given)}", on_click=_undo, args=(given[-1],))


def _show_button(found: Sequence[Shown], digit: int | None, text: str, name: str) -> None:
    ids = tuple(each.number for each in found)
    st.button(text, key=f"data_map_{name}", on_click=_label, args=(ids, digit))


def _label(prediction_ids: tuple[int, ...], digit: int | None) -> None:
    asked, before = (prediction_ids, user_id(), digit), st.session_state.get(LAST_PRESS)
    if before and before[0] == asked and time.monotonic() - before[1] < TOO_SOON:
        return
    try:
        moment = workspace().feedback.give_all(prediction_ids, user_id=user_id(), actual_digit=digit)
    except HwrError as error:
        st.session_state[PROBLEM] = error
        return
    st.session_state[CHANGED] = prediction_ids
    st.session_state[LAST_PRESS] = asked, time.monotonic()
    given = GroupLabel(prediction_ids, user_id(), digit, moment)
    st.session_state.setdefault(GIVEN, []).append(given)
    leave_toast(f"{_in_words(given).capitalize()}.")


def _undo(given: GroupLabel) -> None:
    if given not in st.session_state.get(GIVEN, []):  # the second click of a double click
        return
    try:
        undone = workspace().feedback.undo_all(given.prediction_ids, user_id=given.user_id, moment=given.moment)
    except HwrError as error:
        st.session_state[PROBLEM] = error
        return
    st.session_state[GIVEN].remove(given)
    st.session_state[CHANGED] = given.prediction_ids
    st.session_state.pop(LAST_PRESS, None)
    left = len(given.prediction_ids) - len(undone)
    changed = f" {wording.counted(left, 'image')} had been changed since." if left else ""
    leave_toast(f"Undone: {wording.counted(len(undone), 'image')}.{changed}", icon=":material/undo:")


def _in_words(given: GroupLabel) -> str:
    label = wording.digit_in_words(given.digit)
    return f"{wording.counted(len(given.prediction_ids), 'image')} labelled as {label}"
