"""The parts of the Settings page: room on the disk, cleaning up, the settings in effect, versions."""

from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.components import wording
from dashboard.components.panels import show_error
from dashboard.services import workspace
from hwr_core import __version__
from hwr_core.app.housekeeping import Storage
from hwr_core.errors import HwrError
from hwr_core.records.retention import Pruned
from hwr_core.settings import Settings

FOUND = "settings_found"
"""What is past its time, as found at the last look."""


def show_storage(found: Storage) -> None:
    """How much room each part takes."""
    st.subheader("Room on the disk")
    parts = {
        "History": found.database,
        "Image files": found.uploads,
        "Own images": found.custom_dataset,
        "Jobs": found.jobs,
        "Models": found.models,
        "Free": found.free,
    }
    with st.container(horizontal=True):
        for name, size in parts.items():
            st.metric(name, wording.size(size), border=True, width=130)


def show_clean_up() -> None:
    """What is past its time: first how much that is, then taking it away."""
    settings = workspace().settings
    st.subheader("Clean up")
    st.markdown(
        f"Image files are kept for {_days(settings.keep_uploads_days)}, "
        f"predictions {_for_days(settings.keep_predictions_days)}. Labelled images stay as long as their predictions."
    )
    try:
        if st.button("Look for what is past its time", icon=":material/search:", type="primary", key="settings_look"):
            st.session_state[FOUND] = workspace().prune(dry_run=True)
        found: Pruned | None = st.session_state.get(FOUND)
        if found is None:
            return
        if not (found.predictions or found.uploads):
            st.success("Nothing is past its time.", icon=":material/check:")
        else:
            st.markdown(
                f"Past their time: {wording.counted(found.predictions, 'prediction')} and "
                f"{wording.counted(found.uploads, 'image file')} ({wording.size(found.bytes)})."
            )
            st.button("Take them away for good", icon=":material/delete:", key="settings_prune", on_click=_prune)
    except HwrError as error:
        show_error(error)


def _prune() -> None:
    try:
        taken = workspace().prune()
    except HwrError as error:
        st.toast(str(error), icon=":material/error:")
        return
    del st.session_state[FOUND]
    gone = f"{wording.counted(taken.predictions, 'prediction')} and {wording.counted(taken.uploads, 'image file')}"
    st.toast(f"Taken away: {gone}.", icon=":material/check:")


def show_settings(settings: Settings) -> None:
    """Each setting, its value and its meaning, those that were changed first."""
    st.subheader("Settings in effect")
    st.caption("They come from variables or a file named .env, and are read when the server starts.")
    rows = sorted(
        ((f"HWR_{name.upper()}", name, field) for name, field in Settings.model_fields.items()),
        key=lambda row: getattr(settings, row[1]) == row[2].default,
    )
    st.dataframe(
        {
            "Setting": [variable for variable, _, _ in rows],
            "Value": [_value(getattr(settings, name)) for _, name, _ in rows],
            "Changed": [getattr(settings, name) != field.default for _, name, field in rows],
            "Meaning": [field.description for _, _, field in rows],
        },
        hide_index=True,
        key="settings_table",
        alt="The settings in effect",
        column_config={"Meaning": st.column_config.TextColumn(width="large")},
    )


def show_versions() -> None:
    """What runs here."""
    st.subheader("About")
    st.markdown(f"hwr {__version__}, model {workspace().served_model().name}.")
    st.link_button("REST guide", "/docs", icon=":material/api:")


def _value(value: Any) -> str:
    if value is None:
        return "not set"
    return f".../{value.name}" if isinstance(value, Path) else f"{value}"


def _days(days: int) -> str:
    return f"{days:,} days" if days else "no time at all"


def _for_days(days: int | None) -> str:
    return "for ever" if days is None else f"for {days:,} days"
