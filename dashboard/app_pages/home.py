"""Home: today's figures, what needs attention, the current model, and where to go from here."""

import streamlit as st

from dashboard.components.messages import show_error_with_retry
from dashboard.services import workspace
from dashboard.views.home.actions import show_actions, show_health
from dashboard.views.home.attention import show_attention, show_drift
from dashboard.views.home.current_model import show_current_model
from dashboard.views.home.examples import show_beginning, show_example_note
from dashboard.views.home.phone import show_phone_link
from dashboard.views.home.today import show_today
from hwr_core.errors import HwrError

st.title("Home")
show_health()
show_actions()
try:
    found = workspace().overview(timezone=st.context.timezone or "UTC")
    if len(found.today.days) > 1 or found.today.today.predictions:
        show_today(found)
    else:
        show_beginning()
    show_example_note()
    show_attention(found.changes, found.concerns)
    show_drift()
    show_current_model(workspace().served_model())
    show_phone_link()
except HwrError as error:
    show_error_with_retry(error)
