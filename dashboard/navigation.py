"""The pages, those that the visitor may use."""

from typing import Any

import streamlit as st

from dashboard.services import allowed, visitor
from hwr_core.access.rights import Right


def pages() -> dict[str, list[Any]]:
    """Return the dashboard's pages by what they are for."""
    found = {
        "Read": [
            st.Page("app_pages/draw.py", title="Draw", icon=":material/draw:", default=True),
            st.Page("app_pages/upload.py", title="Upload", icon=":material/upload_file:"),
        ],
        "Look back": [
            st.Page("app_pages/history.py", title="History", icon=":material/history:"),
            st.Page("app_pages/analytics.py", title="Analytics", icon=":material/insights:"),
        ],
    }
    if allowed(Right.SEE_ALL):
        found["Improve"] = [
            st.Page("app_pages/training.py", title="Training", icon=":material/model_training:"),
            st.Page("app_pages/models.py", title="Models", icon=":material/deployed_code:"),
        ]
    manage = []
    if allowed(Right.MANAGE_PEOPLE):
        manage.append(st.Page("app_pages/people.py", title="People", icon=":material/group:"))
    if visitor() is not None:
        manage.append(st.Page("app_pages/account.py", title="Account", icon=":material/key:"))
    return found | {"Manage": manage}
