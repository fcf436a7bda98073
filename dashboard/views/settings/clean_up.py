"""Deleting expired data: first how much that is, then deleting it."""

import streamlit as st

from dashboard.components import wording
from dashboard.components.messages import show_error
from dashboard.services import workspace
from hwr_core.app import Pruned
from hwr_core.errors import HwrError
from hwr_core.settings import Settings

FOUND = "settings_found"
"""The expired data, as found at the last check."""


def show_clean_up() -> None:
    """How long data is kept, what has expired, and the button that deletes it."""
    st.subheader("Clean up")
    st.markdown(_rules(workspace().settings))
    try:
        if st.button("Check for expired data", icon=":material/search:", type="primary", key="settings_check"):
            st.session_state[FOUND] = workspace().prune(dry_run=True)
    except HwrError as error:
        show_error(error)
        return
    found: Pruned | None = st.session_state.get(FOUND)
    if found is None:
        return
    if not (found.predictions or found.uploads):
        st.success("Nothing has expired.", icon=":material/check:")
        return
    st.markdown(f"Expired: {_counted(found)} ({wording.size(found.bytes)}).")
    st.button("Delete permanently", icon=":material/delete:", key="settings_prune", on_click=_prune)


def _prune() -> None:
    try:
        deleted = workspace().prune()
    except HwrError as error:
        st.toast(str(error), icon=":material/error:")
        return
    del st.session_state[FOUND]
    st.toast(f"Deleted: {_counted(deleted)}.", icon=":material/check:")


def _counted(found: Pruned) -> str:
    return f"{wording.counted(found.predictions, 'prediction')} and {wording.counted(found.uploads, 'upload')}"


def _rules(settings: Settings) -> str:
    uploads, predictions = settings.keep_uploads_days, settings.keep_predictions_days
    first = f"Uploads expire after {wording.counted(uploads, 'day')}" if uploads else "Uploads are not kept"
    second = "never expire" if predictions is None else f"expire after {wording.counted(predictions, 'day')}"
    return f"{first}. Predictions {second}. Uploads with a label stay as long as their predictions."
