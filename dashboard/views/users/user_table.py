"""All users as a table."""

from collections.abc import Sequence

import streamlit as st

from dashboard.services import visitor, workspace
from hwr_core.app import Dimension, User


def show_users(users: Sequence[User]) -> None:
    """A table of all users, with the number of their predictions."""
    figures = workspace().analytics.breakdown(by=Dimension.USER)
    predictions = dict(zip(figures["user_id"], figures["predictions"], strict=True)) if len(figures) else {}
    accounts = workspace().access.accounts() if visitor() else {}
    roles = [accounts[user.id].role.capitalize() if user.id in accounts else "" for user in users]
    st.dataframe(
        {
            "ID": [user.id for user in users],
            "Name": [user.username for user in users],
            "Email": [user.email for user in users],
            **({"Role": roles} if visitor() else {}),
            "Predictions": [predictions.get(user.id, 0) for user in users],
            "Active": [user.is_active for user in users],
            "Added": [user.created_at for user in users],
        },
        hide_index=True,
        key="users_table",
        placeholder="–",
        alt="All users",
        column_config={
            "Added": st.column_config.DatetimeColumn(format="D MMM YYYY", timezone=st.context.timezone or "UTC")
        },
    )
