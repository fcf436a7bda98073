"""The choice of the script that digits are written in: remembered for the session, and begun with the user's own."""

import streamlit as st

from dashboard.components.user_switch import user_id
from dashboard.services import workspace
from hwr_core.app import AUTO, WESTERN, Script, find_script
from hwr_core.errors import HwrError

SCRIPT_WIDTH, NARROW_SCRIPT = 210, 128
"""Of the choice, in pixels, and beside what else there is to choose on a phone."""

OWN = "own_scripts"
"""The scripts of users, as they were looked up in this session."""

AUTO_TITLE = "Find out"


def choose_script(*, key: str, is_labelled: bool = True) -> str:
    """Show the scripts that the served model reads and return the chosen one; nothing to choose where it reads one.

    `is_labelled`: whether the word "Script" stands above; beside other controls it would be out of line.
    """
    found = titles()
    if len(found) == 1:
        return WESTERN
    names, begun = [*found], _begun()
    chosen: str = st.selectbox(
        "Script",
        names,
        index=names.index(begun) if begun in names else 0,
        format_func=lambda name: found[name],
        # Another user begins with another script.
        key=f"{key}_{user_id()}",
        persist_state="session",
        label_visibility="visible" if is_labelled else "collapsed",
    )
    return chosen


def _begun() -> str:
    """The user's own script, looked up once: whoever draws should not have to wait for the history at each stroke."""
    own: dict[int, str] = st.session_state.setdefault(OWN, {})
    if user_id() not in own:
        try:
            own[user_id()] = workspace().users.get(user_id()).script
        except HwrError:  # the history is busy: digits can be read all the same
            return WESTERN
    return own[user_id()]


def titles() -> dict[str, str]:
    """Return the scripts that can be chosen, by name, with what to call them."""
    found = {each.script.name: title_of(each.script) for each in workspace().scripts()}
    return found if len(found) == 1 else {**found, AUTO: AUTO_TITLE}


def title_of(script: Script) -> str:
    """The name of a script in English, and how it looks."""
    return f"{script.title}  {''.join(script.symbols[1:4])}"


def title_of_name(name: str) -> str:
    """The name of a script in English, by the name that it has in the API."""
    return find_script(name).title
