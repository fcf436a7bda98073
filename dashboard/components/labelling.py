"""Saying what a prediction really is: right in one click or key, wrong with the digit."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from dashboard.components.notices import leave_notice
from dashboard.components.panels import show_error
from dashboard.components.user_switch import user_id
from dashboard.components.wording import a_digit
from dashboard.services import workspace
from hwr_core.errors import HwrError
from hwr_core.recognition.types import DIGITS, Prediction

NO_DIGIT = "No digit"


@dataclass(frozen=True, slots=True)
class _Choice:
    """A button that says what a prediction really is: its name among the widgets, its looks, and its key."""

    name: str
    label: str
    shortcut: str
    icon: str | None = None


_RIGHT = _Choice("right", "Right", "Y", ":material/thumb_up:")
_NONE = _Choice(f"is_{NO_DIGIT}", NO_DIGIT, "N", ":material/block:")
_DIGITS = tuple(_Choice(f"is_{digit}", "", str(digit)) for digit in DIGITS)
"""Without labels: the name of its key, which stands on each, is label enough."""
_ROWS = ((_RIGHT, *_DIGITS[:5]), (_NONE, *_DIGITS[5:]))
"""In two rows, since ten buttons are too wide for a phone."""
_WIDE = 118
"""Pixels of a button with words, so that digits stand below digits."""


def offer_to_judge(
    prediction: Prediction, number: Callable[[], int | None], *, key: str, shortcuts: bool = False
) -> bool:
    """Show Right and Wrong; return whether something was said now.

    `number` keeps the prediction first where need be and returns its number, None when that failed. With `shortcuts` the
    key Y says right, and a digit's key what it really is.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        right = st.button("Right", icon=":material/thumb_up:", key=f"{key}_right", shortcut="Y" if shortcuts else None)
        with st.popover("Wrong", icon=":material/thumb_down:"):
            really = _really(key, shortcuts=shortcuts)
    if right:
        return _say(number(), prediction.digit)
    return really is not None and _say(number(), None if really == NO_DIGIT else int(really))


def offer_all_digits(prediction: Prediction | None, number: Callable[[], int | None], *, name: str, key: str) -> None:
    """Show Right and whatever it may be instead, one click or one key each; what was said of `name` stays marked.

    Y says right, N that it is no digit, a digit's key what it really is. The next key says something else instead, the
    same key takes it back. Without a prediction nothing can be pressed, yet all stands where it will. `number` is as for
    `offer_to_judge`.
    """
    said = _all_said(key)
    # Looked up before the buttons are drawn, so that they are drawn as what is said now would have them.
    pressed = [choice for row in _ROWS for choice in row if st.session_state.get(f"{key}_{choice.name}")]
    if prediction and pressed:
        _say_or_take_back(_digit_of(pressed[0], prediction), number(), said, name)
    marked = _choice_of(said[name], prediction) if prediction and name in said else None
    for row in _ROWS:
        with st.container(horizontal=True, gap="xxsmall"):
            for choice in row:
                st.button(
                    choice.label,
                    icon=choice.icon and (":material/check:" if choice is marked else choice.icon),
                    type="primary" if choice is marked else "secondary",
                    disabled=prediction is None,
                    shortcut=choice.shortcut,
                    key=f"{key}_{choice.name}",
                    width=_WIDE if choice.label else "stretch",
                )


def said_instead(prediction: Prediction, name: str, *, key: str) -> str | None:
    """What the person said that `name` is instead of what was read, as a symbol; None while they did not."""
    said = _all_said(key)
    if name not in said or said[name] == prediction.digit:
        return None
    return "–" if said[name] is None else str(said[name])


def _all_said(key: str) -> dict[str, int | None]:
    said: dict[str, int | None] = st.session_state.setdefault(f"{key}_said", {})
    return said


def _say_or_take_back(digit: int | None, number: int | None, said: dict[str, int | None], name: str) -> None:
    if number is not None and name in said and said[name] == digit:
        if _take_back(number):
            del said[name]
    elif _say(number, digit):
        said[name] = digit


def _take_back(number: int) -> bool:
    try:
        workspace().feedback.withdraw(number, user_id=user_id())
    except HwrError as error:
        show_error(error)
        return False
    leave_notice(f"Taken back: you say nothing of number {number} now.", icon=":material/undo:")
    return True


def _digit_of(choice: _Choice, prediction: Prediction) -> int | None:
    if choice is _RIGHT:
        return prediction.digit
    return None if choice is _NONE else int(choice.shortcut)


def _choice_of(digit: int | None, prediction: Prediction) -> _Choice:
    if digit == prediction.digit:
        return _RIGHT
    return _NONE if digit is None else _DIGITS[digit]


def _really(key: str, *, shortcuts: bool) -> str | None:
    st.markdown("What is it really?")
    pressed = None
    for row in ([*map(str, DIGITS)][:5], [*map(str, DIGITS)][5:], [NO_DIGIT]):
        with st.container(horizontal=True, gap="xsmall"):
            for value in row:
                keyboard = value if shortcuts and value != NO_DIGIT else None
                # Without a label where the key's name stands on the button anyway.
                if st.button("" if keyboard else value, key=f"{key}_is_{value}", shortcut=keyboard, width="stretch"):
                    pressed = value
    return pressed


def _say(number: int | None, digit: int | None) -> bool:
    if number is None:
        return False
    try:
        workspace().feedback.give(number, user_id=user_id(), actual_digit=digit)
    except HwrError as error:
        show_error(error)
        return False
    what = "no digit" if digit is None else a_digit(digit)
    leave_notice(f"Thank you. Number {number} is {what}.")
    return True
