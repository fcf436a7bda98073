"""The top of the Home page: whether everything is working, and the buttons that most visits begin with."""

import streamlit as st

from dashboard.services import workspace
from dashboard.views.home.pages import script_of

ACTIONS = (
    ("Draw a digit", "draw", "draw"),
    ("Upload images", "upload", "upload_file"),
    ("Review predictions", "review", "rate_review"),
)
"""Label, page and icon; the first is the most common."""


def show_health() -> None:
    """One sentence: everything is working, or what is not."""
    health = workspace().health()
    for problem in health.problems:
        st.error(problem, icon=":material/error:")
    if not health.problems:
        st.markdown(":green[:material/check_circle:] Everything is working.")


def show_actions() -> None:
    """The buttons that most visits begin with."""
    with st.container(horizontal=True):
        for place, (label, page, name) in enumerate(ACTIONS):
            icon = f":material/{name}:"
            if st.button(label, icon=icon, type="secondary" if place else "primary", key=f"home_{page}"):
                st.switch_page(script_of(page))
