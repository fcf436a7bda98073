"""The script that the user writes in, with which Draw and Upload begin."""

import streamlit as st

from dashboard.components.messages import show_error
from dashboard.components.script_choice import OWN, SCRIPT_WIDTH, titles
from dashboard.components.user_switch import user_id
from dashboard.services import workspace
from hwr_core.errors import HwrError

KEY = "settings_script"


def show_own_script() -> None:
    """The choice of a script, saved as soon as it is made; nothing where the model reads one script."""
    names = titles()
    if len(names) == 1:
        return
    own = workspace().users.get(user_id()).script
    st.subheader("Your script")
    with st.container(width=SCRIPT_WIDTH):
        st.selectbox(
            "The digits in which you write",
            [*names],
            index=[*names].index(own) if own in names else 0,
            format_func=lambda name: names[name],
            key=f"{KEY}_{user_id()}",
            on_change=_save,
            help="Draw and Upload begin with it. Programs say it with each image.",
        )


def _save() -> None:
    try:
        workspace().users.set_script(user_id(), st.session_state[f"{KEY}_{user_id()}"])
        st.session_state.pop(OWN, None)
    except HwrError as error:
        show_error(error)
    else:
        st.toast("Script saved.", icon=":material/check:")
