"""The sidebar's user: who is signed in, or a switch where sign-in is not required."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.links import show_link
from dashboard.components.messages import literal, show_error
from dashboard.services import visitor, workspace
from hwr_core.app import DEFAULT_USER, User
from hwr_core.errors import HwrError

KEY = "user"
SELECTED = "user_selected"


def show_user() -> None:
    """Show who is signed in and a link to sign out, or the switch where sign-in is not required."""
    who = visitor()
    if who is None:
        choose_user()
        return
    st.session_state[SELECTED] = who.user_id
    with st.sidebar:
        st.markdown(f"**{literal(who.username)}**, {who.role}")
        show_link("Sign out", "/sign-out")


def confirm_sign_in() -> None:
    """Stop the page for a user whose session has ended since the page was opened."""
    try:
        visitor()
    except HwrError as error:
        show_error(error)
        show_link("Sign in", "/sign-in")
        st.stop()


def choose_user() -> None:
    """Show the switch; the name stands in the address, so that it survives a reload and another page."""
    with st.sidebar:
        try:
            users = [user for user in workspace().users.all() if user.is_active]
        except HwrError as error:
            show_error(error)
            st.session_state[SELECTED] = DEFAULT_USER
            return
        names = {user.username: user for user in users}
        asked = st.query_params.get(KEY)
        if asked is not None and asked not in names:
            st.warning(literal(f"There is no active user {asked!r}; {users[0].username} is selected instead."))
        name = st.selectbox("User", [*names], key=KEY, bind="query-params", persist_state="session")
        st.session_state[SELECTED] = names[name].id
        st.page_link("app_pages/users.py", label="Manage users", icon=":material/group:")


def user_id() -> int:
    """Return the id of the selected user."""
    selected: int = st.session_state.get(SELECTED, DEFAULT_USER)
    return selected


def choose_one_of(label: str, users: Sequence[User], *, key: str) -> User:
    """Show a choice of users and return the selected one, who stays selected when something about them has changed.

    A browser knows an option by its words alone, so the control is made anew when a name has changed.
    """
    remembered = f"{key}_id"
    before = [place for place, user in enumerate(users) if user.id == st.session_state.get(remembered)]
    names = hash(tuple(map(name_of, users)))
    user = st.selectbox(label, users, index=before[0] if before else 0, format_func=name_of, key=f"{key}_{names}")
    st.session_state[remembered] = user.id
    return user


def name_of(user: User) -> str:
    """The user's name, marked where they are inactive."""
    return user.username if user.is_active else f"{user.username} (inactive)"
