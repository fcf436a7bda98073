"""The uploaded image that is labelled next, large, with its buttons and keys."""

from collections.abc import Mapping, Sequence

import streamlit as st

from dashboard.components.labelling.actions import take_key
from dashboard.components.labelling.buttons import show_keys_in_words, show_session_buttons, show_undo
from dashboard.components.labelling.card import show_card, show_following
from dashboard.components.messages import literal, show_error
from dashboard.components.save_button import Unsaved
from dashboard.components.upload_preview import UploadPreview, as_preview
from dashboard.views.upload.session import UploadSession
from hwr_core.app import Grey

SESSION = "upload_session"
KEY = "upload_label"
"""Of the widgets."""


def session_for(items: Sequence[Unsaved], *, among: Sequence[Unsaved]) -> UploadSession:
    """Return this visit's session, in which these images wait, of all that the page has."""
    session: UploadSession = st.session_state.setdefault(SESSION, UploadSession())
    session.wait_for(items, among=among)
    return session


def take_upload_key(key: str) -> bool:
    """Do what a key says about the current image; return False where that failed."""
    session: UploadSession = st.session_state[SESSION]
    return take_key(session, key)


def show_labelling(session: UploadSession, previews: Mapping[str, Grey | None]) -> None:
    """The current image, large, with all buttons; behind the last one, what became of them.

    `previews`: the images as uploaded, small, by the names of their predictions.
    """
    if session.problem:
        show_error(session.problem)
        session.problem = None
    current = session.current
    _show_progress(session)
    if current is None:
        st.success(_end(session), icon=":material/done_all:")
        show_undo(session, key=KEY, width="content")
        return
    left, right = st.columns([5, 4], gap="medium")
    # The buttons reach the browser first: whoever sees the next image can press a key for it.
    with right:
        show_session_buttons(session, current, key=KEY)
    with left:
        show_card(current.prediction, _as_preview(previews[current.name]))
    show_following([each.prediction for each in session.following])
    show_keys_in_words(key=KEY)


def _show_progress(session: UploadSession) -> None:
    labelled = sum(session.label_of(each) is not None for each in session.waiting)
    words = [f"**{labelled:,}** of **{len(session.waiting):,}** labelled"]
    if session.per_minute:
        words.append(f"{session.per_minute:.0f} per minute")
    if session.current:
        words.append(literal(session.current.file_name or ""))
    st.markdown(", ".join(words))


def _end(session: UploadSession) -> str:
    return "That was the last one." + (f" You skipped {session.skipped:,}." if session.skipped else "")


def _as_preview(image: Grey | None) -> UploadPreview | None:
    return None if image is None else as_preview(image)
