"""Explore the data: images of any slice, a map of them, images similar to one of them, and drift."""

import streamlit as st

from dashboard.components.links import prediction_in_address
from dashboard.components.messages import show_error_with_retry
from dashboard.views.data.drift import show_drift
from dashboard.views.data.image_grid import DRIFT, IMAGES, MAP, SIMILAR, VIEW, VIEWS
from dashboard.views.data.map.view import show_map
from dashboard.views.data.similar_images import show_similar
from dashboard.views.data.slices import show_images
from hwr_core.errors import HwrError

SHOW = {IMAGES: show_images, MAP: show_map, SIMILAR: show_similar, DRIFT: show_drift}

st.title("Data")
timezone = st.context.timezone or "UTC"
view = st.segmented_control(
    "View",
    VIEWS,
    default=SIMILAR if prediction_in_address() else IMAGES,
    required=True,
    key=VIEW,
    bind="query-params",
    label_visibility="collapsed",
)
try:
    SHOW[view](timezone)
except HwrError as error:
    show_error_with_retry(error)
