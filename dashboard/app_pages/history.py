"""The stored predictions, page by page, and each in full."""

import streamlit as st

from dashboard.components.downloads import show_exports
from dashboard.components.filters import choose_filter, show_nothing_found
from dashboard.components.keyboard import listen_to_keys
from dashboard.components.links import prediction_in_address
from dashboard.components.messages import show_error_with_retry
from dashboard.components.pager import show_pager, trail_of
from dashboard.components.prediction_table import show_prediction_table
from dashboard.services import workspace
from dashboard.views.history.prediction_detail import show_by_id, show_prediction
from hwr_core.errors import HwrError

ROWS = 50

st.title("History")
timezone = st.context.timezone or "UTC"
try:
    selected = choose_filter(timezone)
    trail = trail_of(selected, key="history")
    page = workspace().history.page(selected, limit=ROWS, before=trail.here)
    total = workspace().history.count(selected)
except HwrError as error:
    show_error_with_retry(error)
    st.stop()
if not page.predictions:
    show_nothing_found(selected)
    st.stop()

show_pager(trail, rows=ROWS, shown=len(page.predictions), total=total, following=page.next)
above = st.container()
place = show_prediction_table(page.predictions, timezone=timezone, key=f"history_table_{trail.here}")
if place is not None:
    show_prediction(page.predictions[place], timezone=timezone)
elif asked := prediction_in_address():
    with above:
        show_by_id(asked, timezone=timezone)
else:
    st.caption("Select a row to see the prediction in full and to label it.")
show_exports(selected)
listen_to_keys([], lambda _: True, key="history_keys")
