"""Label stored predictions by single keys, and look over the labels."""

import streamlit as st

from dashboard.components.messages import show_error_with_retry
from dashboard.views.review.labelled import show_labelled
from dashboard.views.review.queue import choose, show_queue
from hwr_core.errors import HwrError

VIEWS = {"Queue": show_queue, "Labelled": show_labelled}

st.title("Review")
try:
    VIEWS[choose("view", [*VIEWS])]()
except HwrError as error:
    show_error_with_retry(error)
