"""How everything stands: today against the usual, what wants attention, and where to go from here."""

import streamlit as st

from dashboard.components.panels import show_error
from dashboard.services import workspace
from dashboard.views.home.sections import show_actions, show_concerns, show_drift, show_health, show_model, show_today
from hwr_core.errors import HwrError

st.title("Home")
show_health()
show_actions()
try:
    found = workspace().overview(timezone=st.context.timezone or "UTC")
    if len(found.today.days) > 1 or found.today.today.predictions:
        show_today(found)
    else:
        st.info(
            "Nothing has been read yet. Draw a digit and press Keep: the figures begin here.", icon=":material/draw:"
        )
    show_concerns(found.concerns)
    show_drift()
    show_model(workspace().served_model())
except HwrError as error:
    show_error(error)
    st.button("Try again", icon=":material/refresh:")
