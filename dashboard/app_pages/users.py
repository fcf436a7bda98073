"""The people readings belong to: add, rename, switch off, forget, delete."""

from collections.abc import Callable

import streamlit as st

from dashboard.components.notices import leave_notice
from dashboard.components.panels import show_error
from dashboard.components.user_switch import choose_among
from dashboard.services import visitor, workspace
from dashboard.views.users.access import show_audit, show_sign_in
from hwr_core.analytics.queries import Dimension
from hwr_core.errors import HwrError
from hwr_core.history.users import DEFAULT_USER, User


def show_everybody(people: list[User]) -> None:
    """A table of all, with how much each has read."""
    figures = workspace().analytics.breakdown(by=Dimension.USER)
    readings = dict(zip(figures["user_id"], figures["readings"], strict=True)) if len(figures) else {}
    accounts = workspace().access.accounts() if visitor() else {}
    roles = [accounts[user.id].role if user.id in accounts else "" for user in people]
    st.dataframe(
        {
            "Number": [user.id for user in people],
            "Name": [user.username for user in people],
            "Email": [user.email for user in people],
            **({"Role": roles} if visitor() else {}),
            "Readings": [readings.get(user.id, 0) for user in people],
            "Active": [user.is_active for user in people],
            "Since": [user.created_at for user in people],
        },
        hide_index=True,
        key="people_table",
        placeholder="–",
        alt="All people",
        column_config={
            "Since": st.column_config.DatetimeColumn(format="D MMM YYYY", timezone=st.context.timezone or "UTC")
        },
    )


def show_new_person() -> None:
    """A form for one more."""
    with st.form("people_new", clear_on_submit=True):
        st.subheader("Add a person")
        name = st.text_input("Name", max_chars=64, key="people_new_name")
        email = st.text_input("Email (optional)", key="people_new_email")
        if st.form_submit_button("Add", type="primary", icon=":material/person_add:"):
            created = workspace().users.create(name, email)
            leave_notice(f"{created.username} was added.")
            st.rerun()


def show_changes(people: list[User]) -> None:
    """What can be done with one person."""
    st.subheader("Change a person")
    user = choose_among("Person", people, key="people_chosen")
    with st.form("people_rename", border=False):
        name = st.text_input("Name", value=user.username, max_chars=64, key=f"people_name_{user.id}")
        email = st.text_input("Email", value=user.email or "", key=f"people_email_{user.id}")
        if st.form_submit_button("Save"):
            workspace().users.change(user.id, username=name, email=email)
            st.rerun()
    with st.container(horizontal=True):
        st.link_button("Download all data", f"/api/export/user/{user.id}?format=json", icon=":material/download:")
        switch = "Deactivate" if user.is_active else "Activate"
        if user.id != DEFAULT_USER and st.button(switch, key="people_switch"):
            workspace().users.change(user.id, is_active=not user.is_active)
            st.rerun()
        for act in ("Erase history",) if user.id == DEFAULT_USER else ("Erase history", "Anonymise", "Delete"):
            if st.button(act, key=f"people_{act}"):
                confirm(act, user)


@st.dialog("This cannot be undone")
def confirm(act: str, user: User) -> None:
    """Ask for the name before something that cannot be undone."""
    words = {
        "Erase history": f"All readings of {user.username} and all that was said of them will be erased.",
        "Anonymise": f"Name, address, file names and comments of {user.username} will be forgotten; the readings stay.",
        "Delete": f"{user.username} and all their readings will be erased.",
    }
    st.markdown(words[act])
    typed = st.text_input(f"Type the name {user.username} to go on", key="people_typed")
    if st.button(act, type="primary", disabled=typed != user.username, key="people_confirmed"):
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


st.title("People")
try:
    everybody = workspace().users.all()
    show_everybody(everybody)
    left, right = st.columns(2, gap="large")
    with left:
        show_changes(everybody)
    with right:
        show_new_person()
        if visitor() is not None:
            show_sign_in(everybody)
    if visitor() is not None:
        show_audit()
except HwrError as error:
    show_error(error)
