"""The buttons by which a user labels a prediction: correct, one for each digit, and not a digit, each with its key."""

from dataclasses import dataclass

import streamlit as st

from dashboard.components.messages import leave_toast, show_error
from dashboard.components.user_switch import user_id
from dashboard.components.wording import CORRECT, NOT_A_DIGIT, digit_in_words
from dashboard.services import workspace
from hwr_core.app import DIGITS, Prediction
from hwr_core.errors import HwrError

_WIDE = 122
"""Pixels of a button with words, so that digits stand below digits."""


@dataclass(frozen=True, slots=True)
class UserLabel:
    """What a user says an image shows: a digit, or None for no digit."""

    digit: int | None


@dataclass(frozen=True, slots=True)
class LabelButton:
    """A button that gives a label: its name among the widgets, what stands on it, and its key."""

    name: str
    text: str
    shortcut: str
    icon: str | None = None


CORRECT_BUTTON = LabelButton("correct", CORRECT, "Y", ":material/thumb_up:")
NOT_A_DIGIT_BUTTON = LabelButton("is_none", NOT_A_DIGIT, "N")
DIGIT_BUTTONS = tuple(LabelButton(f"is_{digit}", "", str(digit)) for digit in DIGITS)
"""Without words: the key's name, which stands on each, is enough."""
DIGIT_ROWS = (DIGIT_BUTTONS[:5], DIGIT_BUTTONS[5:])
"""In two rows, since ten buttons are too wide for a phone."""
_ROWS = ((CORRECT_BUTTON, *DIGIT_ROWS[0]), (NOT_A_DIGIT_BUTTON, *DIGIT_ROWS[1]))


def pressed_label(prediction: Prediction | None, *, key: str) -> UserLabel | None:
    """The label whose button was just pressed, None where none was.

    Asked before the buttons are drawn, so that they are drawn as the new label would have them.
    """
    if prediction is None:
        return None
    pressed = [button for row in _ROWS for button in row if st.session_state.get(f"{key}_{button.name}")]
    return _label_of(pressed[0], prediction) if pressed else None


def show_label_buttons(prediction: Prediction | None, current: UserLabel | None, *, key: str) -> None:
    """Show all label buttons, the current label's marked; without a prediction none can be pressed."""
    marked = _button_of(current, prediction) if prediction and current else None
    for row in _ROWS:
        with st.container(horizontal=True, gap="xxsmall"):
            for button in row:
                is_marked = button is marked
                st.button(
                    button.text,
                    icon=button.icon and (":material/check:" if is_marked else button.icon),
                    type="primary" if is_marked else "secondary",
                    disabled=prediction is None,
                    shortcut=button.shortcut,
                    key=f"{key}_{button.name}",
                    width=_WIDE if button.text else "stretch",
                )


def save_or_remove(prediction_id: int, label: UserLabel, current: UserLabel | None) -> UserLabel | None:
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
    leave_toast(f"Label saved: prediction {prediction_id} is {digit_in_words(label.digit)}.")
    return label


def _label_of(button: LabelButton, prediction: Prediction) -> UserLabel:
    if button is CORRECT_BUTTON:
        return UserLabel(prediction.digit)
    return UserLabel(None if button is NOT_A_DIGIT_BUTTON else int(button.shortcut))


def _button_of(label: UserLabel, prediction: Prediction) -> LabelButton:
    if label.digit == prediction.digit:
        return CORRECT_BUTTON
    return NOT_A_DIGIT_BUTTON if label.digit is None else DIGIT_BUTTONS[label.digit]
