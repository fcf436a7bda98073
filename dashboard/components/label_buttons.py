"""The buttons by which a user labels a prediction: correct, one for each digit, and not a digit, each with its key."""

from dataclasses import dataclass

import streamlit as st

from dashboard.components.messages import leave_toast, show_error
from dashboard.components.user_switch import user_id
from dashboard.components.wording import CORRECT, NOT_A_DIGIT, in_script, written
from dashboard.services import workspace
from hwr_core.app import DIGITS, WESTERN, Prediction, values_of
from hwr_core.errors import HwrError

_WIDE = 122
"""Pixels of a button with words, so that digits stand below digits."""


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


CORRECT_BUTTON = LabelButton("correct", CORRECT, "Y", ":material/thumb_up:")
NOT_A_DIGIT_BUTTON = LabelButton("is_none", NOT_A_DIGIT, "N")
IN_A_ROW = 5
"""Buttons of digits, since ten are too wide for a phone."""


def digit_rows(script: str) -> list[list[LabelButton]]:
    """Return the buttons for the digits of a script, row by row."""
    buttons = [_digit_button(digit, script) for digit in values_of(script)]
    return [buttons[start : start + IN_A_ROW] for start in range(0, len(buttons), IN_A_ROW)]


def _digit_button(digit: int, script: str) -> LabelButton:
    """A button for a digit: the key's name, which stands on each, is enough for a Western one."""
    text = "" if script == WESTERN else written(digit, script)
    return LabelButton(f"is_{digit}", text, str(digit) if digit in DIGITS else None, digit=digit)


def _rows(script: str) -> list[list[LabelButton]]:
    first, second, *others = digit_rows(script)
    return [[CORRECT_BUTTON, *first], [NOT_A_DIGIT_BUTTON, *second], *others]


def pressed_label(prediction: Prediction | None, *, key: str) -> UserLabel | None:
    """The label whose button was just pressed, None where none was.

    Asked before the buttons are drawn, so that they are drawn as the new label would have them.
    """
    if prediction is None:
        return None
    pressed = [
        button for row in _rows(prediction.script) for button in row if st.session_state.get(f"{key}_{button.name}")
    ]
    return _label_of(pressed[0], prediction) if pressed else None


def show_label_buttons(
    prediction: Prediction | None, current: UserLabel | None, *, key: str, script: str = WESTERN
) -> None:
    """Show all label buttons, the current label's marked; without a prediction, in `script`, none can be pressed."""
    marked = _name_of(current, prediction) if prediction and current else None
    for row in _rows(prediction.script if prediction else script):
        with st.container(horizontal=True, gap="xxsmall"):
            for button in row:
                is_marked = button.name == marked
                st.button(
                    button.text,
                    icon=button.icon and (":material/check:" if is_marked else button.icon),
                    type="primary" if is_marked else "secondary",
                    disabled=prediction is None,
                    shortcut=button.shortcut,
                    key=f"{key}_{button.name}",
                    width=_WIDE if button in (CORRECT_BUTTON, NOT_A_DIGIT_BUTTON) else "stretch",
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


def _label_of(button: LabelButton, prediction: Prediction) -> UserLabel:
    if button is CORRECT_BUTTON:
        return UserLabel(prediction.digit)
    return UserLabel(button.digit)


def _name_of(label: UserLabel, prediction: Prediction) -> str:
    """The name of the button that gives a label."""
    if label.digit == prediction.digit:
        return CORRECT_BUTTON.name
    return NOT_A_DIGIT_BUTTON.name if label.digit is None else f"is_{label.digit}"
