"""Short messages that outlive a rerun: one shown just before it would be gone before anybody has read it."""

from dataclasses import dataclass

import streamlit as st

_LEFT = "notices_left"


@dataclass(frozen=True, slots=True)
class _Notice:
    words: str
    icon: str


def leave_notice(words: str, *, icon: str = ":material/check:") -> None:
    """Leave a message for the end of this run, or for the next one where a rerun ends this one first."""
    st.session_state.setdefault(_LEFT, []).append(_Notice(words, icon))


def show_left_notices() -> None:
    """Show the messages that were left."""
    for notice in st.session_state.pop(_LEFT, []):
        st.toast(notice.words, icon=notice.icon)
