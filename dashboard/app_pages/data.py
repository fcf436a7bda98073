"""Look at the data: images of any slice, what is like one of them, and whether today is like the usual."""

import streamlit as st

from dashboard.components.panels import show_error
from dashboard.views.data.drift import show_drift
from dashboard.views.data.grid import DRIFT, IMAGES, LOOK, NEIGHBOURS, PREDICTION, VIEWS
from dashboard.views.data.neighbours import show_neighbours
from dashboard.views.data.slices import show_images
from hwr_core.errors import HwrError

SHOW = {IMAGES: show_images, NEIGHBOURS: show_neighbours, DRIFT: show_drift}

st.title("Data")
timezone = st.context.timezone or "UTC"
view = st.segmented_control(
    "View",
    VIEWS,
    default=NEIGHBOURS if PREDICTION in st.query_params else IMAGES,
    required=True,
    key=LOOK,
    bind="query-params",
    label_visibility="collapsed",
)
try:
    SHOW[view](timezone)
except HwrError as error:
    show_error(error)
    st.button("Try again", icon=":material/refresh:")
