"""One uploaded file of a single digit among others."""

import streamlit as st

from dashboard.components import wording
from dashboard.components.answer import SHARPNESS, show_seen, show_symbol
from dashboard.components.images import shrunk
from dashboard.components.messages import show_error
from dashboard.views.upload.outcomes import UploadedImage
from dashboard.views.upload.result_table import label_in_words
from dashboard.views.upload.session import UploadSession
from hwr_core.app import data_url

SIDE = 84
"""Of both images in pixels: a whole multiple of the 28 that the model sees."""


def show_digit_file(image: UploadedImage, session: UploadSession) -> None:
    """Show a file's image, what the model saw, the answer, or why there is none, and the label or the way to one."""
    result = image.result
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        if result.preview is not None:
            small = shrunk(result.preview, SHARPNESS * SIDE)
            st.image(data_url(small), width=SIDE, alt=f"Preview of {image.upload.name}")
        if result.prediction and result.prediction.seen is not None:
            show_seen(result.prediction.seen, side=SIDE)
        if result.prediction:
            show_symbol(wording.symbol(result.prediction), rem=3.5)
        with st.container(width="stretch", gap="xsmall"):
            st.text(image.upload.name)
            if result.prediction:
                st.markdown(f"**{wording.headline(result.prediction)}** {wording.detail(result.prediction)}")
            if result.error:
                show_error(result.error)
            if image.unsaved:
                _show_label(image, session)


def _show_label(image: UploadedImage, session: UploadSession) -> None:
    """The label that was given, and the button by which the image is labelled, or is again."""
    assert image.unsaved is not None
    label = label_in_words(image, session)
    is_current = session.is_at(image.unsaved)
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if label:
            st.markdown(f":material/check: {label}", width="content")
        st.button(
            "Change label" if label else "Label",
            icon=":material/label:",
            key=f"upload_go_{image.upload.id}",
            type="tertiary",
            disabled=is_current,
            on_click=session.go_to,
            args=(image.unsaved,),
        )
