"""One uploaded file of a single digit."""

import streamlit as st

from dashboard.components import wording
from dashboard.components.answer import SHARPNESS, show_seen, show_symbol
from dashboard.components.images import shrunk
from dashboard.components.messages import show_error
from dashboard.services import FileResult
from hwr_core.app import data_url

SIDE = 84
"""Of both images in pixels: a whole multiple of the 28 that the model sees."""


def show_digit_file(name: str, result: FileResult) -> None:
    """Show a file's image, what the model saw, and the answer, or why there is none."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        if result.preview is not None:
            small = shrunk(result.preview, SHARPNESS * SIDE)
            st.image(data_url(small), width=SIDE, alt=f"Preview of {name}")
        if result.prediction and result.prediction.seen is not None:
            show_seen(result.prediction.seen, side=SIDE)
        if result.prediction:
            show_symbol(wording.symbol(result.prediction), rem=3.5)
        with st.container(width="stretch", gap="xsmall"):
            st.text(name)
            if result.prediction:
                st.markdown(f"**{wording.headline(result.prediction)}** {wording.detail(result.prediction)}")
            if result.error:
                show_error(result.error)
