"""The results of uploaded images: labelled one after another, listed, saved, and ready to download."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.downloads import show_data
from dashboard.components.keyboard import listen_to_keys
from dashboard.components.labelling.actions import label_keys
from dashboard.components.save_button import show_save_button
from dashboard.views.upload.digit_file import show_digit_file
from dashboard.views.upload.labelling import KEY, session_for, show_labelling, take_upload_key
from dashboard.views.upload.outcomes import UploadedImage, choose_group, unsure_first
from dashboard.views.upload.result_table import as_table, show_table
from dashboard.views.upload.session import SAVE, UploadSession

FEW = 24
"""More images than this are shown as a table."""


@st.fragment
def show_results(images: Sequence[UploadedImage]) -> None:
    """All of the page below the files; a key or a button reruns this and nothing else."""
    several = len(images) > 1
    ordered = unsure_first(images)
    chosen = choose_group(ordered, key="upload_group") if several else ordered
    to_save = [image.unsaved for image in ordered if image.unsaved]
    session = session_for([image.unsaved for image in chosen if image.unsaved], among=to_save)
    if session.waiting:
        previews = {image.unsaved.name: image.result.preview for image in chosen if image.unsaved}
        show_labelling(session, previews)
    if to_save:
        show_save_button(to_save, key=SAVE, is_primary=False)
    if not chosen:
        st.caption("No images in this group.")
    elif several and len(chosen) > FEW:
        show_table(chosen, session, key="upload_table")
    elif several or not session.waiting:
        _show_cards(chosen, session)
    if several:
        show_data(as_table(images, session), "predictions", key="upload", is_changing=True)
    listen_to_keys(label_keys() if session.waiting else [], take_upload_key, key=f"{KEY}_keys")


def _show_cards(images: Sequence[UploadedImage], session: UploadSession) -> None:
    for image in images:
        show_digit_file(image, session)
