"""Saying what a reading really is: right in one click or key, wrong with the digit."""

from collections.abc import Callable

import streamlit as st

from dashboard.panels import show_error
from dashboard.person import person_id
from dashboard.services import workspace
from hwr_core.errors import HwrError
from hwr_core.records import DIGITS, Reading

NO_DIGIT = "No digit"


def offer_to_judge(reading: Reading, number: Callable[[], int | None], *, key: str, shortcuts: bool = False) -> bool:
    """Show Right and Wrong; return whether something was said now.

    `number` keeps the reading first where need be and returns its number, None when that failed. With `shortcuts` the
    key Y says right, and a digit's key what it really is.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        right = st.button("Right", icon=":material/thumb_up:", key=f"{key}_right", shortcut="Y" if shortcuts else None)
        with st.popover("Wrong", icon=":material/thumb_down:"):
            really = _really(key, shortcuts=shortcuts)
    if right:
        return _say(number(), reading.digit)
    return really is not None and _say(number(), None if really == NO_DIGIT else int(really))


def _really(key: str, *, shortcuts: bool) -> str | None:
    st.markdown("What is it really?")
    pressed = None
    for row in ([*map(str, DIGITS)][:5], [*map(str, DIGITS)][5:], [NO_DIGIT]):
        with st.container(horizontal=True, gap="xsmall"):
            for value in row:
                keyboard = value if shortcuts and value != NO_DIGIT else None
                if st.button(value, key=f"{key}_is_{value}", shortcut=keyboard, width="stretch"):
                    pressed = value
    return pressed


def _say(number: int | None, digit: int | None) -> bool:
    if number is None:
        return False
    try:
        workspace().feedback.give(number, user_id=person_id(), actual_digit=digit)
    except HwrError as error:
        show_error(error)
        return False
    what = "no digit" if digit is None else f"a {digit}"
    st.toast(f"Thank you. Number {number} is {what}.", icon=":material/check:")
    return True
