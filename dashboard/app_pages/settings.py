"""The script and the keys of the user, the settings of this installation, its disk usage, and cleaning up."""

import streamlit as st

from dashboard.components.messages import show_error_with_retry
from dashboard.services import workspace
from dashboard.views.settings.clean_up import show_clean_up
from dashboard.views.settings.current_settings import show_settings, show_versions
from dashboard.views.settings.disk_usage import show_disk_usage
from dashboard.views.settings.own_keys import show_own_keys
from dashboard.views.settings.own_script import show_own_script
from hwr_core.errors import HwrError

st.title("Settings")
try:
    show_own_script()
    show_own_keys()
    show_disk_usage(workspace().storage())
    show_clean_up()
    show_settings(workspace().settings)
    show_versions()
except HwrError as error:
    show_error_with_retry(error)
