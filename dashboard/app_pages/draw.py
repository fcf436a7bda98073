"""Draw a digit, or a number, and see it read after each stroke. Nothing is saved until the user says so."""

import streamlit as st

from dashboard.components.keyboard import listen_to_keys
from dashboard.components.messages import show_error
from dashboard.services import workspace
from dashboard.views.draw.board import show_board
from dashboard.views.draw.recent_drawings import show_recent_drawings
from hwr_core.errors import HwrError

st.title("Draw a digit")
try:
    workspace().served_model()
except HwrError as error:
    show_error(error)
    st.stop()
show_board()
show_recent_drawings(key="draw")
listen_to_keys([], lambda _: True, key="draw_keys")
