"""Errors on the page, and short messages that outlive a rerun: a toast shown just before one would be gone unread."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from hwr_core.errors import HwrError

_WAITING = "messages_waiting"
_SIGNS = re.compile(r"([\\`*_{}\[\]()<>#|~$:&^]|^[-+])", re.MULTILINE)
"""What Markdown, and Streamlit's own additions to it, take for more than itself."""


@dataclass(frozen=True, slots=True)
class _Toast:
    text: str
    icon: str


def literal(text: str) -> str:
    """Return text so that Streamlit's Markdown shows it as it is: names and comments may hold links and directives."""
    return _SIGNS.sub(r"\\\1", text)


def show_error(error: HwrError) -> None:
    """Say in words what went wrong; every HwrError may be shown to anybody."""
    st.error(literal(str(error)), icon=":material/error:")


def show_error_with_retry(error: HwrError) -> None:
    """The same, with a button that runs the page again."""
    show_error(error)
    st.button("Try again", icon=":material/refresh:")


def do_and_rerun(act: Callable[[], object]) -> None:
    """Do what a button asks for and run the page again, which closes a dialog; or say why it cannot be done."""
    try:
        act()
    except HwrError as error:
        show_error(error)
    else:
        st.rerun()


def leave_toast(text: str, *, icon: str = ":material/check:") -> None:
    """Leave a message for the end of this run, or for the next one where a rerun ends this one first."""
    st.session_state.setdefault(_WAITING, []).append(_Toast(text, icon))


def show_toasts() -> None:
    """Show the messages that were left."""
    for toast in st.session_state.pop(_WAITING, []):
        st.toast(literal(toast.text), icon=toast.icon)
