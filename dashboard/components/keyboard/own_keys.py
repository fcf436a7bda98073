"""The keys that the user has chosen, and how they are written on a page."""

import streamlit as st

from dashboard.components.user_switch import user_id
from dashboard.services import workspace
from hwr_core.app import Keys
from hwr_core.errors import HwrError

OWN_KEYS = "own_keys"
"""The keys of users, as they were looked up in this session."""
MEANWHILE = "keys_meanwhile"
"""The keys that a page shows because the user's own could not be looked up."""

SIGNS = {"ArrowLeft": "←", "ArrowRight": "→", "ArrowUp": "↑", "ArrowDown": "↓", "Escape": "Esc"}


def own_keys() -> Keys:
    """Return the user's keys, looked up once: whoever labels should not have to wait for the history at each key."""
    found: dict[int, Keys] = st.session_state.setdefault(OWN_KEYS, {})
    if user_id() not in found:
        if MEANWHILE in st.session_state:  # a key means what the page says of it
            return Keys()
        try:
            found[user_id()] = workspace().users.get(user_id()).keys
        except HwrError:  # the history is busy
            st.session_state[MEANWHILE] = True
            return Keys()
    return found[user_id()]


def look_up_keys_again() -> None:
    """Ask for the user's keys again where that failed; called when the whole page runs again, buttons and all."""
    st.session_state.pop(MEANWHILE, None)


def key_sign(key: str) -> str:
    """A key as it is written on a page: letters and most names as they are, arrows as arrows."""
    return SIGNS.get(key, key)
