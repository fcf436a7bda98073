"""Why a drawing was read as it was: the stages of its preprocessing, and what mattered to the model."""

import streamlit as st

from dashboard.components.answer import ANSWER_SIDE, SHARPNESS
from dashboard.components.images import enlarged, framed, heat
from dashboard.components.messages import show_error
from dashboard.services import explain
from hwr_core.app import SIDE, Explanation, data_url
from hwr_core.errors import HwrError

STAGE_SIDE = 70
"""Of the image of a stage, in pixels."""

SALIENCY = "Blue: strokes that support this answer. Orange: places where a stroke would count against it."


def show_explanation(image: bytes, script: str) -> None:
    """Every stage from the drawing to what the model saw, and what mattered in that."""
    try:
        found = explain(image, script)
    except HwrError as error:
        show_error(error)
        return
    st.markdown("**From your drawing to what the model saw**")
    with st.container(horizontal=True, gap="small"):
        for stage in found.stages:
            small = data_url(framed(stage.image, SHARPNESS * STAGE_SIDE))
            st.image(small, caption=stage.title, width=STAGE_SIDE, alt=stage.title)
    _show_saliency(found)


def _show_saliency(found: Explanation) -> None:
    if found.saliency is None or found.prediction.seen is None:
        return
    st.markdown("**What mattered to the model**")
    image = enlarged(heat(found.prediction.seen, found.saliency), SHARPNESS * ANSWER_SIDE // SIDE)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.image(data_url(image), width=ANSWER_SIDE, alt=SALIENCY)
        st.caption(SALIENCY, width="content")
