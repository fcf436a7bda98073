"""The form that changes one's own password."""

import streamlit as st

from dashboard.components.links import show_link
from dashboard.services import visitor, workspace


def show_password_form() -> None:
    """Ask for the old password and twice for the new one."""
    with st.form("account_password", clear_on_submit=True):
        st.subheader("Password")
        old = st.text_input("Old password", type="password", key="account_old")
        new = st.text_input("New password", type="password", key="account_new", help="10 characters or more")
        again = st.text_input("Repeat new password", type="password", key="account_again")
        if st.form_submit_button("Change password", icon=":material/lock:"):
            if new != again:
                st.error("The new passwords do not match.", icon=":material/error:")
                return
            who = visitor()
            assert who is not None  # the page is for those who are signed in
            workspace().access.change_password(who, old, new)
            st.success("Password changed. Sign in again with the new one.", icon=":material/check:")
            show_link("Sign in", "/sign-in")
            st.stop()
