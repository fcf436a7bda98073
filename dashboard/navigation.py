"""The pages that the visitor may use, grouped as the sidebar shows them."""

from collections.abc import Iterator
from typing import Any, Literal

import streamlit as st

from dashboard.services import allowed, visitor
from hwr_core.app import Permission

WIDE = {"history", "numbers", "analytics", "data", "review", "models", "experiments"}
"""Pages with tables and charts, by their addresses: they take the width that there is."""


def layout_of(address: str) -> Literal["wide", "centered"]:
    """How much of a wide screen a page takes."""
    return "wide" if address in WIDE else "centered"


def pages() -> dict[str, list[Any]]:
    """Return the dashboard's pages by the headings of their groups."""
    found: dict[str, list[Any]] = {}
    sees_all = allowed(Permission.SEE_ALL)
    if sees_all:
        found[""] = [st.Page("app_pages/home.py", title="Home", icon=":material/home:", default=True)]
    found["Read"] = [
        st.Page("app_pages/draw.py", title="Draw", icon=":material/draw:", default=not sees_all),
        st.Page("app_pages/upload.py", title="Upload", icon=":material/upload_file:"),
        st.Page("app_pages/forms.py", title="Forms", icon=":material/dynamic_form:"),
    ]
    found["Explore"] = [
        st.Page("app_pages/history.py", title="History", icon=":material/history:"),
        st.Page("app_pages/numbers.py", title="Numbers", icon=":material/pin:"),
        st.Page("app_pages/analytics.py", title="Analytics", icon=":material/insights:"),
    ]
    if sees_all:
        found["Explore"].append(st.Page("app_pages/data.py", title="Data", icon=":material/grid_view:"))
        found["Improve"] = [
            st.Page("app_pages/review.py", title="Review", icon=":material/rate_review:"),
            st.Page("app_pages/training.py", title="Training", icon=":material/model_training:"),
            st.Page("app_pages/models.py", title="Models", icon=":material/deployed_code:"),
            # Reached from Models: with one more line, low screens would have to scroll for the user below.
            st.Page("app_pages/experiments.py", title="Experiments", icon=":material/science:", visibility="hidden"),
        ]
    return found | {"Manage": [*_manage()]}


def _manage() -> Iterator[Any]:
    if allowed(Permission.MANAGE_USERS):
        yield st.Page("app_pages/users.py", title="Users", icon=":material/group:")
        yield st.Page(_open_users, title="Users", url_path="people", visibility="hidden")  # its former address
    if allowed(Permission.MAINTAIN):
        yield st.Page("app_pages/settings.py", title="Settings", icon=":material/settings:")
    if visitor() is not None:
        yield st.Page("app_pages/account.py", title="Account", icon=":material/key:")


def _open_users() -> None:
    st.switch_page("app_pages/users.py")
