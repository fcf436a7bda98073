"""The keys by which the user labels, moves, saves and undoes on all pages."""

import streamlit as st

from dashboard.components.keyboard.own_keys import OWN_KEYS, key_sign
from dashboard.components.messages import do_and_rerun, leave_toast
from dashboard.components.user_switch import user_id
from dashboard.services import workspace
from hwr_core.app import ALLOWED_KEYS, Keys, act_in_words

MEANINGS = {
    "agree": "Agree with what was read",
    "not_a_digit": "Not a digit",
    "undo": "Remove a label, or undo the last one",
    "back": "Back to the image before",
    "skip": "On to the next image",
    "save": "Save a drawing",
    "clear": "Clear the canvas",
    "undo_stroke": "Undo a stroke",
}
"""What each key does, by the names of `Keys`."""

COLUMNS = 2


def show_own_keys() -> None:
    """A choice of a key for each act, saved together, so that two can change places."""
    keys = workspace().users.get(user_id()).keys
    st.subheader("Your keys")
    st.caption("For Draw, Upload, Review and History. The digits 0 to 9 label, and keep their keys.")
    # Made anew for another user, and where the keys have changed.
    name = f"settings_keys_{user_id()}_{hash(keys)}"
    with st.form(name):
        columns = st.columns(COLUMNS)
        chosen = {
            act: columns[place % COLUMNS].selectbox(
                MEANINGS.get(act, act_in_words(act)),
                ALLOWED_KEYS,
                index=ALLOWED_KEYS.index(key),
                format_func=key_sign,
                key=f"{name}_{act}",
            )
            for place, (act, key) in enumerate(keys.by_act().items())
        }
        with st.container(horizontal=True):
            save = st.form_submit_button("Save keys", type="primary", icon=":material/keyboard:")
            usual = st.form_submit_button("Usual keys", icon=":material/restart_alt:")
    if save or usual:
        do_and_rerun(lambda: _save(Keys(**chosen) if save else Keys()))


def _save(keys: Keys) -> None:
    workspace().users.set_keys(user_id(), keys)
    st.session_state.pop(OWN_KEYS, None)
    leave_toast("Keys saved.", icon=":material/keyboard:")
