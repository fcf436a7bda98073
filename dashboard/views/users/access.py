"""What lets people in: roles, passwords, API keys; and the log of who did what."""

from collections.abc import Sequence

import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from dashboard.components.notices import leave_notice
from dashboard.components.panels import show_way
from dashboard.components.user_switch import choose_among
from dashboard.services import visitor, workspace
from hwr_core.auth.api_keys import ApiKey
from hwr_core.auth.permissions import MAY
from hwr_core.records.roles import Role
from hwr_core.records.users import User

LOG_ROWS = 200


def show_sign_in(users: Sequence[User]) -> None:
    """A form for the role and the password of one person."""
    accounts = workspace().access.accounts()
    st.subheader("Sign-in")
    user = choose_among("User", users, key="access_user")
    account = accounts.get(user.id)
    role = account.role if account else Role.VIEWER
    if account is None or not (account.has_password or account.is_linked):
        st.caption(f"{user.username} has no password yet and cannot sign in.")
    with st.form("access_form", border=False, clear_on_submit=True):
        chosen = st.selectbox(
            "Role", [*Role], index=[*Role].index(role), format_func=role_in_words, key=f"access_role_{user.id}"
        )
        password = st.text_input(
            "New password (empty leaves the old one)", type="password", key=f"access_password_{user.id}"
        )
        if st.form_submit_button("Save", icon=":material/lock:"):
            access = workspace().access
            if password:
                access.set_password(user.id, password)
            if chosen is not role:
                access.set_role(user.id, chosen)
            leave_notice(f"Saved: {user.username}.")
            st.rerun()


def role_in_words(role: Role) -> str:
    """The role and what it allows."""
    most = len(MAY[role]) == len(MAY[Role.ADMIN])
    what = {Role.VIEWER: "own predictions", Role.ANALYST: "sees everybody's predictions, models and jobs"}
    return f"{role.capitalize()}: {'may do everything' if most else what[role]}"


def show_password_form() -> None:
    """A form for one's own password."""
    with st.form("account_password", clear_on_submit=True):
        st.subheader("Password")
        old = st.text_input("Old password", type="password", key="account_old")
        new = st.text_input("New password", type="password", key="account_new", help="10 characters or more")
        again = st.text_input("New password again", type="password", key="account_again")
        if st.form_submit_button("Change", icon=":material/lock:"):
            if new != again:
                st.error("The new passwords differ.", icon=":material/error:")
                return
            who = visitor()
            assert who is not None  # the page is for those who are signed in
            workspace().access.change_password(who, old, new)
            st.success("The password is changed. Sign in again with the new one.", icon=":material/check:")
            show_way("Sign in", "/sign-in")
            st.stop()


def show_keys(user_id: int) -> None:
    """A person's API keys, with a form for one more."""
    st.subheader("API keys")
    st.markdown("A program that sends one reads and keeps images as you.")
    keys = workspace().access.keys(user_id)
    if keys:
        _show_table(keys)
        _offer_to_revoke([key for key in keys if key.revoked_at is None])
    with st.form("account_key", clear_on_submit=True):
        name = st.text_input("What it is for", max_chars=64, key="account_key_name")
        days = st.number_input("Days until it ends", 1, 3650, 90, key="account_key_days")
        if st.form_submit_button("Make a key", type="primary", icon=":material/key:"):
            made = workspace().access.create_key(user_id, name, days=int(days))
            st.success("This is the key. It is shown only now: copy it.", icon=":material/key:")
            st.code(made.key, language=None)


def show_audit() -> None:
    """The newest entries of the audit log."""
    with st.expander("Who did what", icon=":material/receipt_long:"):
        entries = workspace().access.audit(limit=LOG_ROWS)
        st.dataframe(
            {
                "Time": [entry.timestamp for entry in entries],
                "User": [entry.username for entry in entries],
                "Did": [entry.act for entry in entries],
                "To what": [entry.about for entry in entries],
                "From": [entry.address for entry in entries],
            },
            hide_index=True,
            key="access_audit",
            alt="The audit log, newest first",
            column_config={"Time": _time()},
        )


def _show_table(keys: Sequence[ApiKey]) -> None:
    st.dataframe(
        {
            "For": [key.name for key in keys],
            "Begins with": [key.hint for key in keys],
            "Ends": [key.expires_at for key in keys],
            "Last used": [key.last_used_at for key in keys],
            "Revoked": [key.revoked_at for key in keys],
        },
        hide_index=True,
        key="account_keys",
        alt="Your API keys, newest first",
        column_config={name: _time() for name in ("Ends", "Last used", "Revoked")},
    )


def _offer_to_revoke(keys: Sequence[ApiKey]) -> None:
    if not keys:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = st.selectbox("Key", keys, format_func=lambda key: f"{key.name} ({key.hint})", key="account_revoked")
        if st.button("Revoke", icon=":material/key_off:", key="account_revoke"):
            workspace().access.revoke_key(key.user_id, key.id)
            st.rerun()


def _time() -> ColumnConfig:
    return st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", timezone=st.context.timezone or "UTC")
