"""The stored whole numbers: listed, judged, and what they are worth."""

import streamlit as st

from dashboard.components.messages import show_error_with_retry
from dashboard.components.number_filters import choose_number_filter
from dashboard.services import allowed
from dashboard.views.numbers.checking import show_checking
from dashboard.views.numbers.figures import show_figures
from dashboard.views.numbers.listed import show_list
from hwr_core.app import Permission
from hwr_core.errors import HwrError

HISTORY, CHECK = "History", "Check"
VIEWS = {HISTORY: show_list, "Figures": show_figures}  # those of the numbers that filters select

st.title("Numbers")
timezone = st.context.timezone or "UTC"
try:
    names = [*VIEWS, *([CHECK] if allowed(Permission.SEE_ALL) else [])]
    view = st.segmented_control(
        "View", names, default=HISTORY, required=True, key="view", bind="query-params", label_visibility="collapsed"
    )
    if view == CHECK:
        show_checking()
    else:
        VIEWS[view](choose_number_filter(timezone), timezone)
except HwrError as error:
    show_error_with_retry(error)
