"""What the history tells: how much is read, how well, how surely, how fast, and what is mistaken for what."""

import streamlit as st

from dashboard.components.filters import choose_predictions
from dashboard.components.panels import show_error
from dashboard.views.analytics.sections import VIEWS, show_headline
from hwr_core.errors import HwrError

st.title("Analytics")
timezone = st.context.timezone or "UTC"
try:
    chosen = choose_predictions(timezone)
    if not show_headline(chosen, timezone):
        st.info("There are no such predictions yet. Draw a digit or upload an image, and press Keep.")
        st.page_link("app_pages/draw.py", label="Draw a digit", icon=":material/draw:")
        st.stop()
    view = st.segmented_control(
        "Question",
        [*VIEWS],
        default=next(iter(VIEWS)),
        required=True,
        wrap=False,
        key="view",
        bind="query-params",
        label_visibility="collapsed",
    )
    VIEWS[view](chosen, timezone)
except HwrError as error:
    show_error(error)
    st.button("Try again", icon=":material/refresh:")
