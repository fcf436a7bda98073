"""An example history: offered to those who have none of their own, and removed in one click."""

import streamlit as st

from dashboard.components.messages import do_and_rerun
from dashboard.services import allowed, workspace
from hwr_core.app import Permission


def show_beginning() -> None:
    """What a history is for, and an example of one, where there is none yet."""
    st.info(
        "No predictions yet. Draw a digit or upload an image and save it; your figures will appear here.",
        icon=":material/draw:",
    )
    if allowed(Permission.MANAGE_USERS) and st.button(
        "Load an example history",
        icon=":material/dataset:",
        key="home_load_examples",
        help="Four weeks of three made-up people. You can remove it in one click.",
    ):
        with st.spinner("Writing and reading 420 digits ..."):
            do_and_rerun(workspace().examples.load)


def show_example_note() -> None:
    """Say that predictions of made-up people are among those that are shown, where they are."""
    people = workspace().examples.people()
    if not people:
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        names = ", ".join(user.username for user in people)
        st.markdown(f":material/dataset: The figures include an example history: {names}.", width="stretch")
        if allowed(Permission.MANAGE_USERS) and st.button("Remove it", key="home_remove_examples"):
            do_and_rerun(workspace().examples.remove)
