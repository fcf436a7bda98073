"""The buttons by which a user labels a prediction, alike on all pages: agree, each digit, not a digit; their keys."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import streamlit as st

from dashboard.components.keyboard.own_keys import own_keys
from dashboard.components.messages import leave_toast, show_error
from dashboard.components.user_switch import user_id
from dashboard.components.wording import NOT_A_DIGIT, in_script, written
from dashboard.services import workspace
from hwr_core.app import DIGITS, WESTERN, Prediction, values_of
from hwr_core.errors import HwrError

AGREE, REMOVE = "agree", "remove"
"""The names of the button that agrees, and of the one that removes the label."""


@dataclass(frozen=True, slots=True)
class UserLabel:
    """What a user says an image shows: a digit, or None for no digit."""

    digit: int | None


@dataclass(frozen=True, slots=True)
class LabelButton:
    """A button that gives a label: its name among the widgets, what stands on it, its key if it has one, its digit."""

    name: str
    text: str
    shortcut: str | None
    icon: str | None = None
    digit: int | None = None


NOT_A_DIGIT_NAME = "is_none"
IN_A_ROW = 5
"""Buttons of digits, since ten are too wide for a phone."""


def digit_rows(script: str) -> list[list[LabelButton]]:
    """Return the buttons for the digits of a script, row by row."""
    buttons = [_digit_button(digit, script) for digit in values_of(script)]
    return [buttons[start : start + IN_A_ROW] for start in range(0, len(buttons), IN_A_ROW)]


def _digit_button(digit: int, script: str) -> LabelButton:
    return LabelButton(f"is_{digit}", written(digit, script), str(digit) if digit in DIGITS else None, digit=digit)


def _agree_button(prediction: Prediction | None) -> LabelButton:
    read = f": {in_script(prediction.digit, prediction.script)}" if prediction else ""
    digit = prediction.digit if prediction else None
    return LabelButton(AGREE, f"Agree{read}", own_keys().agree, ":material/check:", digit)


def _rows(prediction: Prediction | None, script: str) -> list[list[LabelButton]]:
    none = LabelButton(NOT_A_DIGIT_NAME, NOT_A_DIGIT, own_keys().not_a_digit)
    return [[_agree_button(prediction)], *digit_rows(script), [none]]


def pressed_label(prediction: Prediction | None, current: UserLabel | None, *, key: str) -> UserLabel | None:
    """The label whose button was just pressed, the `current` one if it is to be removed; None where none was.

    Asked before the buttons are drawn, so that they are drawn as the new label would have them.
    """
    if prediction is None:
        return None
    if st.session_state.get(f"{key}_{REMOVE}"):
        return current
    pressed = [
        UserLabel(button.digit)
        for row in _rows(prediction, prediction.script)
        for button in row
        if st.session_state.get(f"{key}_{button.name}")
    ]
    return pressed[0] if pressed else None


def show_label_buttons(  # noqa: PLR0913  four by name
    prediction: Prediction | None,
    current: UserLabel | None,
    *,
    key: str,
    script: str = WESTERN,
    on_press: Callable[[int | None], None] | None = None,
    show_undo: Callable[[], None] | None = None,
) -> None:
    """Show all label buttons, the current label's marked, else the one that agrees.

    Args:
        prediction: what is labelled; without one no button can be pressed, and the digits are those of `script`.
        current: the user's label.
        key: of the widgets.
        script: of the digits.
        on_press: is called with the digit of the button that is pressed, None for not a digit.
        show_undo: shows the last button; without it, that removes the label.
    """
    agree = _agree_button(prediction)
    marked = _name_of(current, prediction) if prediction and current else None
    *rows, last = _rows(prediction, prediction.script if prediction else script)
    with st.container(gap="xsmall"):
        for row in [*rows, last]:
            with st.container(horizontal=True, gap="xsmall"):
                for button in row:
                    is_marked = button.name == marked
                    st.button(
                        button.text,
                        icon=":material/check_circle:" if is_marked else button.icon,
                        type="primary" if button.name == (marked or agree.name) else "secondary",
                        disabled=prediction is None,
                        shortcut=button.shortcut,
                        key=f"{key}_{button.name}",
                        width="stretch",
                        on_click=on_press,
                        args=(button.digit,) if on_press else None,
                    )
                if row is last:
                    (show_undo or partial(_show_remove, current, key=key))()


def _show_remove(current: UserLabel | None, *, key: str) -> None:
    st.button(
        "Remove label",
        icon=":material/undo:",
        disabled=current is None,
        shortcut=own_keys().undo,
        key=f"{key}_{REMOVE}",
        width="stretch",
    )


def save_or_remove(prediction_id: int, label: UserLabel, current: UserLabel | None, script: str) -> UserLabel | None:
    """Save a label, or remove it where it is the current one already; return the label that the user gives then."""
    feedback, is_removed = workspace().feedback, label == current
    try:
        if is_removed:
            feedback.withdraw(prediction_id, user_id=user_id())
        else:
            feedback.give(prediction_id, user_id=user_id(), actual_digit=label.digit)
    except HwrError as error:
        show_error(error)
        return current
    if is_removed:
        leave_toast("Label removed.", icon=":material/undo:")
        return None
    leave_toast(f"Label saved: prediction {prediction_id} is {in_script(label.digit, script)}.")
    return label


def _name_of(label: UserLabel, prediction: Prediction) -> str:
    """The name of the button that gives a label."""
    if label.digit == prediction.digit:
        return AGREE
    return NOT_A_DIGIT_NAME if label.digit is None else f"is_{label.digit}"
