"""The form for a user's role and password."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.messages import leave_toast, literal
from dashboard.components.user_switch import choose_one_of
from dashboard.services import workspace
from dashboard.views.users.roles import role_in_words
from hwr_core.app import Role, User


def show_sign_in(users: Sequence[User]) -> None:
    """A form for the role and the password of one user."""
    accounts = workspace().access.accounts()
    st.subheader("Sign-in")
    user = choose_one_of("User", users, key="access_user")
    account = accounts.get(user.id)
    role = account.role if account else Role.VIEWER
    if account is None or not (account.has_password or account.is_linked):
        st.caption(f"{literal(user.username)} has no password yet and cannot sign in.")
    with st.form("access_form", border=False, clear_on_submit=True):
        roles = [*Role]
        new_role = st.selectbox(
            "Role", roles, index=roles.index(role), format_func=role_in_words, key=f"access_role_{user.id}"
        )
        password = st.text_input(
            "New password (leave empty to keep the old one)", type="password", key=f"access_password_{user.id}"
        )
        if st.form_submit_button("Save", icon=":material/lock:"):
            access = workspace().access
            if password:
                access.set_password(user.id, password)
            if new_role is not role:
                access.set_role(user.id, new_role)
            leave_toast(f"{user.username} was saved.")
            st.rerun()
