"""Read uploaded images, many at once. Nothing is kept until the person says so."""

import streamlit as st

from dashboard.components.downloads import offer_table
from dashboard.components.numbers import show_number_file
from dashboard.components.panels import show_error
from dashboard.components.recording import ToKeep, offer_to_keep
from dashboard.components.wording import KINDS, NUMBERS, ONE_DIGIT
from dashboard.services import workspace
from dashboard.views.upload.batch import (
    Upload,
    choose_group,
    images_among,
    read_with_progress,
    results,
    show_outcomes,
)
from hwr_core.errors import HwrError, InvalidValue
from hwr_core.images.decode import READABLE
from hwr_core.images.normalise import MAX_ENHANCEMENT
from hwr_core.records.predictions import Source

settings = workspace().settings
megabytes = settings.max_image_bytes // 2**20
most = settings.max_batch_files

st.title("Upload images")
kind = st.segmented_control(
    "What is on them", KINDS, default=ONE_DIGIT, required=True, key="upload_kind", label_visibility="collapsed"
)
if kind == ONE_DIGIT:
    st.markdown(
        f"One handwritten digit on each: {READABLE}, or a ZIP of them, up to {megabytes} MB a file, "
        f"at most {most} files."
    )
else:
    st.markdown(f"Numbers, in lines or on whole pages: {READABLE} or PDF, or a ZIP, up to {megabytes} MB a file.")
files = st.file_uploader(
    "Images",
    accept_multiple_files=True,
    max_upload_size=megabytes,
    key="upload_files",
    label_visibility="collapsed",
)
with st.expander("Advanced", icon=":material/tune:"):
    level = st.slider(
        "Enhancement",
        0.0,
        MAX_ENHANCEMENT,
        1.0,
        step=0.5,
        key="upload_level",
        help="How much an image is cleaned before it is read. 1 suits most; try 2 for dim or noisy photos.",
    )
if not files:
    st.caption(
        "A scan, a photo or a drawing, dark on light or light on dark; the paper may be ruled, shaded or crooked. "
        "Images are read at once, and nothing enters the history until you press Keep."
    )
    st.page_link("app_pages/draw.py", label="No image at hand? Draw a digit", icon=":material/draw:")
    st.stop()

try:
    uploads = images_among([Upload(file.file_id, file.name, file.getvalue()) for file in files])
    if len(uploads) > most:
        raise InvalidValue(f"{len(uploads)} files were chosen; at most {most} can be read at once.")
    if kind == NUMBERS:
        for upload in uploads:
            show_number_file(upload.name, upload.content, level, key=f"upload_{upload.id}")
        st.stop()
    outcomes = read_with_progress(uploads, level)
    if not outcomes:
        st.stop()  # why is said already
except HwrError as error:
    show_error(error)
    st.stop()

several = len(outcomes) > 1
offers = [
    ToKeep(
        f"{upload.id} at {level}",
        outcome.prediction,
        Source.BATCH if several else Source.UPLOAD,
        upload.name,
        level,
        upload.content,
    )
    for upload, outcome in zip(uploads, outcomes, strict=True)
    if outcome.prediction and outcome.prediction.seen is not None
]
if offers:
    offer_to_keep(offers, key="upload_keep")
places = choose_group(outcomes, key="upload_group") if several else [*range(len(outcomes))]
show_outcomes([uploads[place] for place in places], [outcomes[place] for place in places], key="upload_table")
if several:
    offer_table(results(uploads, outcomes), "predictions", key="upload")
