"""Judge kept predictions by a key, and look over the labels that people gave."""

import streamlit as st

from dashboard.components.panels import show_error
from dashboard.views.review.labels import show_labelled
from dashboard.views.review.queue import choose, show_queue
from hwr_core.errors import HwrError

VIEWS = {"Queue": show_queue, "Labelled": show_labelled}

st.title("Review")
try:
    VIEWS[choose("view", [*VIEWS])]()
except HwrError as error:
    show_error(error)
    st.button("Try again", icon=":material/refresh:")
