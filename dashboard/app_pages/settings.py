"""What this installation is set to, how much room it takes, and what is past its time."""

import streamlit as st

from dashboard.components.panels import show_error
from dashboard.services import workspace
from dashboard.views.settings.sections import show_clean_up, show_settings, show_storage, show_versions
from hwr_core.errors import HwrError

st.title("Settings")
try:
    show_storage(workspace().storage())
    show_clean_up()
    show_settings(workspace().settings)
    show_versions()
except HwrError as error:
    show_error(error)
    st.button("Try again", icon=":material/refresh:")
