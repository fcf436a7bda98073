"""The newest kept readings."""

import streamlit as st

from dashboard.panels import show_error, show_history
from dashboard.services import workspace
from hwr_core.errors import HwrError

NEWEST = 50

st.title("History")
try:
    kept = workspace().history.page(limit=NEWEST).readings
except HwrError as error:
    show_error(error)
    st.button("Try again", icon=":material/refresh:")
    st.stop()
if not kept:
    st.info("Nothing has been kept yet. Draw a digit or upload a picture, and press Keep.", icon=":material/history:")
    st.page_link("app_pages/draw.py", label="Draw a digit", icon=":material/draw:")
    st.stop()

timezone = st.context.timezone or "UTC"
st.caption(f"The newest {NEWEST} readings that were kept. Times are in the time zone {timezone}.")
show_history(kept, timezone=timezone, key="history_table")
