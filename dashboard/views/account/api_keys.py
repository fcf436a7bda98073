"""API keys: those one has, and the form that creates one more."""

from collections.abc import Sequence

import streamlit as st

from dashboard.services import workspace
from hwr_core.app import ApiKey


def show_api_keys(user_id: int) -> None:
    """A user's API keys, and the form for one more."""
    st.subheader("API keys")
    st.markdown("A program that sends one of your keys reads and saves images as you.")
    keys = workspace().access.keys(user_id)
    if keys:
        _show_table(keys)
        _offer_to_revoke([key for key in keys if key.revoked_at is None])
    with st.form("account_key", clear_on_submit=True):
        name = st.text_input("Name", max_chars=64, key="account_key_name", help="What the key is for")
        days = st.number_input("Valid for (days)", 1, 3650, 90, key="account_key_days")
        if st.form_submit_button("Create key", type="primary", icon=":material/key:"):
            created = workspace().access.create_key(user_id, name, days=int(days))
            st.success("Copy your new key now: it will not be shown again.", icon=":material/key:")
            st.code(created.key, language=None)


def _show_table(keys: Sequence[ApiKey]) -> None:
    time = st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", timezone=st.context.timezone or "UTC")
    st.dataframe(
        {
            "Name": [key.name for key in keys],
            "Begins with": [key.hint for key in keys],
            "Expires": [key.expires_at for key in keys],
            "Last used": [key.last_used_at for key in keys],
            "Revoked": [key.revoked_at for key in keys],
        },
        hide_index=True,
        key="account_keys",
        alt="Your API keys, newest first",
        column_config=dict.fromkeys(("Expires", "Last used", "Revoked"), time),
    )


def _offer_to_revoke(keys: Sequence[ApiKey]) -> None:
    if not keys:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        key = st.selectbox("Key", keys, format_func=lambda key: f"{key.name} ({key.hint})", key="account_revoked")
        if st.button("Revoke", icon=":material/key_off:", key="account_revoke"):
            workspace().access.revoke_key(key.user_id, key.id)
            st.rerun()
