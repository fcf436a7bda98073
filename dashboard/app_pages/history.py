"""The stored predictions, page by page, and each in full."""

import streamlit as st

from dashboard.components.downloads import show_exports
from dashboard.components.filters import choose_filter, show_nothing_found
from dashboard.components.links import prediction_in_address
from dashboard.components.messages import show_error_with_retry
from dashboard.components.prediction_table import show_prediction_table
from dashboard.services import workspace
from dashboard.views.history.prediction_detail import show_by_id, show_prediction
from hwr_core.errors import HwrError

ROWS = 50
TRAIL = "history_trail"  # where each page so far begins

st.title("History")
timezone = st.context.timezone or "UTC"
try:
    selected = choose_filter(timezone)
    if st.session_state.get("history_filter") != selected:
        st.session_state["history_filter"] = selected
        st.session_state[TRAIL] = [None]
    trail = st.session_state[TRAIL]
    page = workspace().history.page(selected, limit=ROWS, before=trail[-1])
    total = workspace().history.count(selected)
except HwrError as error:
    show_error_with_retry(error)
    st.stop()
if not page.predictions:
    show_nothing_found(selected)
    st.stop()

first = (len(trail) - 1) * ROWS + 1
with st.container(horizontal=True, vertical_alignment="center"):
    if st.button("Newer", icon=":material/arrow_back:", disabled=len(trail) == 1, key="history_newer"):
        trail.pop()
        st.rerun()
    if st.button("Older", icon=":material/arrow_forward:", disabled=page.next is None, key="history_older"):
        trail.append(page.next)
        st.rerun()
    st.caption(f"{first:,}–{first + len(page.predictions) - 1:,} of {total:,}, newest first; times in {timezone}.")
above = st.container()
place = show_prediction_table(page.predictions, timezone=timezone, key=f"history_table_{trail[-1]}")
if place is not None:
    show_prediction(page.predictions[place], timezone=timezone)
elif asked := prediction_in_address():
    with above:
        show_by_id(asked, timezone=timezone)
else:
    st.caption("Select a row to see the prediction in full and to label it.")
show_exports(selected)
