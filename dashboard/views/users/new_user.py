"""The form that adds a user."""

import streamlit as st

from dashboard.components.messages import leave_toast
from dashboard.services import workspace


def show_new_user() -> None:
    """A form for one more user."""
    with st.form("users_new", clear_on_submit=True):
        st.subheader("Add a user")
        name = st.text_input("Name", max_chars=64, key="users_new_name")
        email = st.text_input("Email (optional)", key="users_new_email")
        if st.form_submit_button("Add", type="primary", icon=":material/person_add:"):
            created = workspace().users.create(name, email)
            leave_toast(f"{created.username} was added.")
            st.rerun()
