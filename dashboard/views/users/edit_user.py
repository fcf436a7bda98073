"""Editing one user: rename, deactivate, and what cannot be undone."""

from collections.abc import Callable, Sequence

import streamlit as st

from dashboard.components.history_link import link_to_user
from dashboard.components.messages import literal, show_error
from dashboard.components.user_switch import choose_one_of
from dashboard.services import workspace
from hwr_core.app import DEFAULT_USER, IN_BACKUPS, User
from hwr_core.errors import HwrError

ERASE, ANONYMISE, DELETE = "Erase history", "Anonymise", "Delete"
CONSEQUENCES = {
    ERASE: f"All predictions of {{name}} and their labels will be deleted. {IN_BACKUPS}",
    ANONYMISE: "The name, email address, file names and comments of {name} will be removed; the predictions "
    f"stay. {IN_BACKUPS}",
    DELETE: f"{{name}} and all their predictions will be deleted. {IN_BACKUPS}",
}
"""What each action does, for the user to confirm."""


def show_edit_user(users: Sequence[User]) -> None:
    """What can be done with one user."""
    st.subheader("Edit a user")
    user = choose_one_of("User", users, key="users_selected")
    link_to_user(user.username, user.id, label="Open history", key="users_history")
    with st.form("users_rename", border=False):
        name = st.text_input("Name", value=user.username, max_chars=64, key=f"users_name_{user.id}")
        email = st.text_input("Email", value=user.email or "", key=f"users_email_{user.id}")
        if st.form_submit_button("Save"):
            workspace().users.change(user.id, username=name, email=email)
            st.rerun()
    with st.container(horizontal=True):
        st.link_button("Download all data", f"/api/export/user/{user.id}?format=json", icon=":material/download:")
        _show_actions(user)


def _show_actions(user: User) -> None:
    is_default = user.id == DEFAULT_USER
    switch = "Deactivate" if user.is_active else "Activate"
    if not is_default and st.button(switch, key="users_switch"):
        workspace().users.change(user.id, is_active=not user.is_active)
        st.rerun()
    for action in (ERASE,) if is_default else (ERASE, ANONYMISE, DELETE):
        if st.button(action, key=f"users_{action}"):
            _confirm(action, user)


@st.dialog("This cannot be undone")
def _confirm(action: str, user: User) -> None:
    """Ask for the name before something that cannot be undone."""
    st.markdown(CONSEQUENCES[action].format(name=literal(user.username)))
    typed = st.text_input(f"Type {literal(user.username)} to confirm", key="users_typed")
    if st.button(action, type="primary", disabled=typed != user.username, key="users_confirmed"):
        users = workspace().users
        acts: dict[str, Callable[[int], object]] = {
            ERASE: users.erase_history,
            ANONYMISE: users.anonymise,
            DELETE: users.delete,
        }
        try:
            acts[action](user.id)
        except HwrError as error:
            show_error(error)
        else:
            st.rerun()
