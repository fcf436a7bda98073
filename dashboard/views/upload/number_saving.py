"""Check what was read of a file, correct it, and save it to the history of numbers."""

from dataclasses import dataclass

import streamlit as st

from dashboard.components.messages import show_error
from dashboard.components.user_switch import user_id
from dashboard.services import workspace
from hwr_core.app import NumberPrediction, Source
from hwr_core.errors import HwrError

LINE_PIXELS, LEAST_PIXELS, MOST_PIXELS = 26, 68, 400
"""Of the field with the digits: a line of it, and its least and its largest height."""


@dataclass(frozen=True, slots=True)
class Document:
    """An uploaded file, and the level that it was read with."""

    name: str
    content: bytes
    enhancement_level: float


def show_saving(found: NumberPrediction, document: Document, *, key: str) -> None:
    """Let the user correct the digits and save them, once for what was read of a file."""
    saved = f"{key}_saved"
    if found.text in (done := st.session_state.setdefault(saved, {})):
        st.success(done[found.text], icon=":material/check:")
        return
    with st.form(f"{key}_saving", border=False):
        height = min(max(LEAST_PIXELS, LINE_PIXELS * (len(found.lines) + 1)), MOST_PIXELS)
        text = st.text_area(
            "What it says", found.text, height=height, help="Correct it where it was misread, a line for each line."
        )
        is_checked = st.checkbox("I have checked it", help="What you correct counts as checked anyway.")
        pressed = st.form_submit_button("Save", type="primary", icon=":material/save:")
    if pressed:
        try:
            done[found.text] = _save(found, document, text, is_checked=is_checked)
        except HwrError as error:
            show_error(error)
        else:
            st.rerun()


def _save(found: NumberPrediction, document: Document, text: str, *, is_checked: bool) -> str:
    """Store the number, and what the user says of it; return what to tell."""
    kept = workspace().keep_number(
        found,
        user_id=user_id(),
        source=Source.UPLOAD,
        file_name=document.name,
        enhancement_level=document.enhancement_level,
        document=document.content,
    )
    if not is_checked and text == found.text:
        return f"Saved as number {kept.id}, not checked."
    workspace().numbers.correct(kept.id, text, user_id=user_id())
    return f"Saved as number {kept.id}, {'checked' if text == found.text else 'corrected'}."
