"""The people predictions belong to: add, rename, switch off, forget, delete."""

from collections.abc import Callable

import streamlit as st

from dashboard.components.notices import leave_notice
from dashboard.components.panels import show_error
from dashboard.components.user_switch import choose_among
from dashboard.services import visitor, workspace
from dashboard.views.users.access import show_audit, show_sign_in
from hwr_core.analytics.breakdown import Dimension
from hwr_core.errors import HwrError
from hwr_core.records.users import DEFAULT_USER, User


def show_everybody(users: list[User]) -> None:
    """A table of all, with how much each has read."""
    figures = workspace().analytics.breakdown(by=Dimension.USER)
    predictions = dict(zip(figures["user_id"], figures["predictions"], strict=True)) if len(figures) else {}
    accounts = workspace().access.accounts() if visitor() else {}
    roles = [accounts[user.id].role if user.id in accounts else "" for user in users]
    st.dataframe(
        {
            "Number": [user.id for user in users],
            "Name": [user.username for user in users],
            "Email": [user.email for user in users],
            **({"Role": roles} if visitor() else {}),
            "Predictions": [predictions.get(user.id, 0) for user in users],
            "Active": [user.is_active for user in users],
            "Since": [user.created_at for user in users],
        },
        hide_index=True,
        key="users_table",
        placeholder="–",
        alt="All people",
        column_config={
            "Since": st.column_config.DatetimeColumn(format="D MMM YYYY", timezone=st.context.timezone or "UTC")
        },
    )


def show_new_user() -> None:
    """A form for one more."""
    with st.form("users_new", clear_on_submit=True):
        st.subheader("Add a person")
        name = st.text_input("Name", max_chars=64, key="users_new_name")
        email = st.text_input("Email (optional)", key="users_new_email")
        if st.form_submit_button("Add", type="primary", icon=":material/person_add:"):
            created = workspace().users.create(name, email)
            leave_notice(f"{created.username} was added.")
            st.rerun()


def show_changes(users: list[User]) -> None:
    """What can be done with one person."""
    st.subheader("Change a person")
    user = choose_among("User", users, key="users_chosen")
    with st.form("users_rename", border=False):
        name = st.text_input("Name", value=user.username, max_chars=64, key=f"users_name_{user.id}")
        email = st.text_input("Email", value=user.email or "", key=f"users_email_{user.id}")
        if st.form_submit_button("Save"):
            workspace().users.change(user.id, username=name, email=email)
            st.rerun()
    with st.container(horizontal=True):
        st.link_button("Download all data", f"/api/export/user/{user.id}?format=json", icon=":material/download:")
        switch = "Deactivate" if user.is_active else "Activate"
        if user.id != DEFAULT_USER and st.button(switch, key="users_switch"):
            workspace().users.change(user.id, is_active=not user.is_active)
            st.rerun()
        for act in ("Erase history",) if user.id == DEFAULT_USER else ("Erase history", "Anonymise", "Delete"):
            if st.button(act, key=f"users_{act}"):
                confirm(act, user)


@st.dialog("This cannot be undone")
def confirm(act: str, user: User) -> None:
    """Ask for the name before something that cannot be undone."""
    words = {
        "Erase history": f"All predictions of {user.username} and all that was said of them will be erased.",
        "Anonymise": f"Name, address, file names and comments of {user.username} will be forgotten; the predictions stay.",
        "Delete": f"{user.username} and all their predictions will be erased.",
    }
    st.markdown(words[act])
    typed = st.text_input(f"Type the name {user.username} to go on", key="users_typed")
    if st.button(act, type="primary", disabled=typed != user.username, key="users_confirmed"):
        users = workspace().users
        acts: dict[str, Callable[[int], object]] = {
            "Erase history": users.erase_history,
            "Anonymise": users.anonymise,
            "Delete": users.delete,
        }
        try:
            acts[act](user.id)
        except HwrError as error:
            show_error(error)
        else:
            st.rerun()


st.title("Users")
try:
    everybody = workspace().users.all()
    show_everybody(everybody)
    left, right = st.columns(2, gap="large")
    with left:
        show_changes(everybody)
    with right:
        show_new_user()
        if visitor() is not None:
            show_sign_in(everybody)
    if visitor() is not None:
        show_audit()
except HwrError as error:
    show_error(error)
