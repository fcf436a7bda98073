"""The button that saves predictions to the history, each once however often the page reruns."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from dashboard.components.messages import show_error
from dashboard.components.progress import counted
from dashboard.components.user_switch import user_id
from dashboard.services import workspace
from hwr_core.app import Prediction, Source
from hwr_core.errors import HwrError


@dataclass(frozen=True, slots=True)
class Unsaved:
    """A prediction that may be saved; `name` tells its image from all others of the session."""

    name: str
    prediction: Prediction
    source: Source
    file_name: str | None = None
    enhancement_level: float = 1.0
    image: bytes | None = None


def show_save_button(
    predictions: Sequence[Unsaved], *, key: str, shortcut: str | None = None, is_primary: bool = True
) -> None:
    """Show the button, save what is not saved yet when it is pressed, and then say so.

    `shortcut` is the key that presses it; it is not primary where something else on the page is.
    """
    saved = saved_ids(key=key)
    with st.container(horizontal=True, vertical_alignment="center"):
        button = st.empty()
        waiting = [each for each in predictions if each.name not in saved]
        if waiting or not predictions:
            label = "Save" if len(waiting) <= 1 else f"Save {len(waiting)} predictions"
            if button.button(
                label,
                icon=":material/bookmark_add:",
                type="primary" if is_primary else "secondary",
                disabled=not predictions,
                key=key,
                shortcut=shortcut,
            ):
                _save(waiting, key=key)
        if predictions and all(each.name in saved for each in predictions):
            button.button(_done(predictions, saved), icon=":material/check:", disabled=True, key=f"{key}_done")
            st.page_link("app_pages/history.py", label="Open history", icon=":material/history:")


def save_once(prediction: Unsaved, *, key: str) -> int | None:
    """Save one prediction unless it is saved already, and return its id; None, with the reason shown, if that fails."""
    try:
        return store_once(prediction, key=key)
    except HwrError as error:
        show_error(error)
        return None


def store_once(prediction: Unsaved, *, key: str) -> int:
    """Save one prediction unless this session has saved it already, and return its id. Raises HwrError."""
    saved = saved_ids(key=key)
    if prediction.name not in saved:
        record = workspace().keep(
            prediction.prediction,
            source=prediction.source,
            file_name=prediction.file_name,
            enhancement_level=prediction.enhancement_level,
            user_id=user_id(),
            image=prediction.image,
        )
        # Into the plain dict at once: a rerun may end this run at its next call into Streamlit.
        saved[prediction.name] = record.id
    return saved[prediction.name]


def saved_ids(*, key: str) -> dict[str, int]:
    """The ids of the predictions that this session has saved under one key, by their names."""
    ids: dict[str, int] = st.session_state.setdefault(f"{key}_ids", {})
    return ids


def _save(waiting: Sequence[Unsaved], *, key: str) -> None:
    try:
        for each in counted(waiting, "Saved"):
            store_once(each, key=key)
    except HwrError as error:
        show_error(error)


def _done(predictions: Sequence[Unsaved], saved: dict[str, int]) -> str:
    if len(predictions) == 1:
        return f"Saved as prediction {saved[predictions[0].name]}"
    return f"Saved {len(predictions)} predictions"
