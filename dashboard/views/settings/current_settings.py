"""The settings in effect, and the versions of hwr and its model."""

from pathlib import Path
from typing import Any

import streamlit as st

from dashboard.services import workspace
from hwr_core import __version__
from hwr_core.settings import Settings


def show_settings(settings: Settings) -> None:
    """Each setting with its value and description, those that were changed first."""
    st.subheader("Current settings")
    st.caption("Set by environment variables or a .env file, which are read when the server starts.")
    rows = sorted(
        ((f"HWR_{name.upper()}", name, field) for name, field in Settings.model_fields.items()),
        key=lambda row: getattr(settings, row[1]) == row[2].default,
    )
    st.dataframe(
        {
            "Setting": [variable for variable, _, _ in rows],
            "Value": [_value(getattr(settings, name)) for _, name, _ in rows],
            "Changed": [getattr(settings, name) != field.default for _, name, field in rows],
            "Description": [field.description for _, _, field in rows],
        },
        hide_index=True,
        key="settings_table",
        alt="The settings in effect",
        column_config={
            "Changed": st.column_config.CheckboxColumn(help="Whether the value differs from the default"),
            "Description": st.column_config.TextColumn(width="large"),
        },
    )


def show_versions() -> None:
    """The versions of hwr and of its model, and the API documentation."""
    st.subheader("About")
    st.markdown(f"hwr {__version__}, model {workspace().served_model().name}.")
    st.link_button("API documentation", "/docs", icon=":material/api:")


def _value(value: Any) -> str:
    if value is None:
        return "not set"
    return f".../{value.name}" if isinstance(value, Path) else f"{value}"
