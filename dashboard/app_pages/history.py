"""The kept predictions, page by page, and each in full."""

import streamlit as st

from dashboard.components.downloads import offer_exports
from dashboard.components.filters import choose_predictions
from dashboard.components.panels import show_error, show_history
from dashboard.services import workspace
from dashboard.views.history.prediction_detail import show_asked, show_prediction
from hwr_core.errors import HwrError

ROWS = 50
TRAIL = "history_trail"
NUMBER = "prediction"  # in the address: the number of a prediction to be shown in full

st.title("History")
timezone = st.context.timezone or "UTC"
try:
    chosen = choose_predictions(timezone)
    if st.session_state.get("history_chosen") != chosen:
        st.session_state["history_chosen"] = chosen
        st.session_state[TRAIL] = [None]
    trail = st.session_state[TRAIL]
    page = workspace().history.page(chosen, limit=ROWS, before=trail[-1])
    total = workspace().history.count(chosen)
except HwrError as error:
    show_error(error)
    st.button("Try again", icon=":material/refresh:")
    st.stop()
if not page.predictions:
    st.info("Nothing to show. Draw a digit or upload an image, and press Keep.", icon=":material/history:")
    st.page_link("app_pages/draw.py", label="Draw a digit", icon=":material/draw:")
    st.stop()

first = (len(trail) - 1) * ROWS + 1
with st.container(horizontal=True, vertical_alignment="center"):
    if st.button("Newer", icon=":material/arrow_back:", disabled=len(trail) == 1, key="history_newer"):
        trail.pop()
        st.rerun()
    if st.button("Older", icon=":material/arrow_forward:", disabled=page.next is None, key="history_older"):
        trail.append(page.next)
        st.rerun()
    st.caption(f"{first:,}-{first + len(page.predictions) - 1:,} of {total:,}, newest first, times in {timezone}.")
asked = st.container()
place = show_history(page.predictions, timezone=timezone, key=f"history_table_{trail[-1]}")
if place is not None:
    show_prediction(page.predictions[place], timezone=timezone)
elif number := st.query_params.get(NUMBER):
    with asked:
        show_asked(number, timezone=timezone)
else:
    st.caption("Select a row to see the prediction in full and to say whether it is right.")
offer_exports(chosen)
