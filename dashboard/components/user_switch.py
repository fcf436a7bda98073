"""Whose predictions they are: the switch that every page has."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.panels import show_error, show_way
from dashboard.services import visitor, workspace
from hwr_core.errors import HwrError
from hwr_core.records.users import DEFAULT_USER, User

KEY = "user"
CHOSEN = "user_chosen"


def show_user() -> None:
    """Show who is signed in and the way out, or the switch where nobody has to sign in."""
    who = visitor()
    if who is None:
        choose_user()
        return
    st.session_state[CHOSEN] = who.user_id
    with st.sidebar:
        st.markdown(f"**{who.username}**, {who.role}")
        show_way("Sign out", "/sign-out")


def confirm_sign_in() -> None:
    """Stop the page for somebody whose sign-in has ended since the page was opened."""
    try:
        visitor()
    except HwrError as error:
        show_error(error)
        show_way("Sign in", "/sign-in")
        st.stop()


def choose_user() -> None:
    """Show the switch; the choice stands in the address, so that it survives a reload and another page."""
    with st.sidebar:
        try:
            users = [user for user in workspace().users.all() if user.is_active]
        except HwrError as error:
            show_error(error)
            st.session_state[CHOSEN] = DEFAULT_USER
            return
        names = {user.username: user for user in users}
        asked = st.query_params.get(KEY)
        if asked is not None and asked not in names:
            st.warning(f"There is no active person {asked!r}; these are the predictions of {users[0].username}.")
        name = st.selectbox("User", [*names], key=KEY, bind="query-params", persist_state="session")
        st.session_state[CHOSEN] = names[name].id
        st.page_link("app_pages/users.py", label="Add or change people", icon=":material/group:")


def user_id() -> int:
    """Return the id of the person chosen."""
    chosen: int = st.session_state.get(CHOSEN, DEFAULT_USER)
    return chosen


def choose_among(label: str, users: Sequence[User], *, key: str) -> User:
    """Show a choice of people and return the one chosen, who stays chosen when something of them has changed.

    A browser knows a choice by its words alone, so the control is made anew when one of the names is another.
    """
    remembered = f"{key}_id"
    before = [place for place, user in enumerate(users) if user.id == st.session_state.get(remembered)]
    names = hash(tuple(map(name_of, users)))
    user = st.selectbox(label, users, index=before[0] if before else 0, format_func=name_of, key=f"{key}_{names}")
    st.session_state[remembered] = user.id
    return user


def name_of(user: User) -> str:
    """The person's name, with a word about one who is not active."""
    return user.username if user.is_active else f"{user.username} (not active)"
