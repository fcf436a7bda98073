"""Title, tags and notes of a model version or a job: shown, and edited in a dialog."""

from collections.abc import Callable

import streamlit as st

from dashboard.components.messages import do_and_rerun, literal
from hwr_core.app import LONGEST_TEXT, LONGEST_TITLE, MOST_TAGS, Notes

Save = Callable[[str, tuple[str, ...], str], object]
"""What is done with a title, tags and a text."""


def tag_badges(notes: Notes) -> list[str]:
    """Its tags as Markdown."""
    return [f":violet-badge[{literal(tag)}]" for tag in notes.tags]


def show_notes_button(notes: Notes, save: Save, key: str) -> None:
    """A button that opens the dialog; `key` begins those of its widgets."""
    if st.button("Notes", icon=":material/edit_note:", key=f"{key}_describe"):
        _edit(notes, save, key)


@st.dialog("Title, tags and notes")
def _edit(notes: Notes, save: Save, key: str) -> None:
    title = st.text_input("Title", notes.title, max_chars=LONGEST_TITLE, key=f"{key}_title")
    tags = st.multiselect(
        "Tags",
        notes.tags,
        notes.tags,
        accept_new_options=True,
        max_selections=MOST_TAGS,
        placeholder="Type a tag, then press Enter",
        key=f"{key}_tags",
    )
    text = st.text_area("Notes", notes.text, max_chars=LONGEST_TEXT, key=f"{key}_notes")
    if st.button("Save", type="primary", key=f"{key}_notes_save"):
        do_and_rerun(lambda: save(title, tuple(tags), text))
