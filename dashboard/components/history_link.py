"""Links to the History page with its filters set, which over a plain link those of the page before would win."""

import streamlit as st

from dashboard.components.filters import ALL, FILTERS
from dashboard.components.links import USER
from dashboard.components.messages import literal
from dashboard.components.time_range import SINCE, UNTIL

_ASKED = "history_asked_for"

Parameters = dict[str, str | list[str]]
"""Query parameters by their names."""


def link_to_history(label: str, parameters: Parameters, *, icon: str, key: str) -> None:
    """A button that opens the history, filtered so; `parameters` as `parameters_of` makes them."""
    st.button(label, icon=icon, key=key, on_click=_ask, args=(parameters,))


def link_to_user(name: str | None, user_id: int, *, key: str, label: str | None = None) -> None:
    """The same for all predictions of a user, or their id alone where they have no name any more.

    `label` stands on it instead of the name.
    """
    if name is None:
        st.caption(f"User {user_id}")
    else:
        link_to_history(label or literal(name), {USER: name}, icon=":material/person:", key=key)


def follow_link() -> None:
    """Turn to the history where a link to it was pressed: before a page is drawn, whose filters are other ones now."""
    parameters: Parameters | None = st.session_state.pop(_ASKED, None)
    if parameters is not None:
        times = {name: parameters[name] for name in (SINCE, UNTIL) if name in parameters}  # no control has these
        st.switch_page("app_pages/history.py", query_params=times)


def _ask(parameters: Parameters) -> None:
    """Set every filter: pages share them, and what is set in a session counts more than an address."""
    st.session_state[_ASKED] = parameters
    for name in FILTERS:
        st.session_state[name] = parameters.get(name, ALL)
    low, high = (int(end) for end in [*parameters.get("confidence", ["0", "100"])])
    st.session_state["confidence"] = (low, high)
