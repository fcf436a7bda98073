"""What the history shows: how many predictions, how accurate, how confident, how fast, and what is confused."""

import streamlit as st

from dashboard.components.filters import choose_filter, show_nothing_found
from dashboard.components.messages import show_error_with_retry
from dashboard.views.analytics.headline import show_headline
from dashboard.views.analytics.views import VIEWS
from hwr_core.errors import HwrError

st.title("Analytics")
timezone = st.context.timezone or "UTC"
try:
    selected = choose_filter(timezone)
    if not show_headline(selected, timezone):
        show_nothing_found(selected)
        st.stop()
    view = st.segmented_control(
        "View",
        [*VIEWS],
        default=next(iter(VIEWS)),
        required=True,
        wrap=False,
        key="view",
        bind="query-params",
        label_visibility="collapsed",
    )
    VIEWS[view](selected, timezone)
except HwrError as error:
    show_error_with_retry(error)
