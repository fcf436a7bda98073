"""Read uploaded images, many at once. Nothing is saved until the user says so."""

import streamlit as st

from dashboard.components.links import link_to_draw
from dashboard.components.messages import show_error
from dashboard.components.script_choice import NARROW_SCRIPT, SCRIPT_WIDTH, choose_script
from dashboard.components.wording import KINDS, NUMBERS, ONE_DIGIT
from dashboard.services import on_phone, workspace
from dashboard.views.upload.files import (
    choose_files,
    choose_level,
    offer_examples,
    read_files,
    show_chosen,
    unpack_archives,
)
from dashboard.views.upload.number_file import show_number_file
from dashboard.views.upload.outcomes import uploaded_images
from dashboard.views.upload.results import show_results
from hwr_core.errors import HwrError, InvalidValue

most = workspace().settings.max_batch_files

st.title("Upload images")
with st.container(horizontal=True, vertical_alignment="center"):
    kind = st.segmented_control(
        "What is on them",
        KINDS,
        default=ONE_DIGIT,
        required=True,
        key="upload_kind",
        persist_state="session",
        label_visibility="collapsed",
    )
    with st.container(width=NARROW_SCRIPT if on_phone() else SCRIPT_WIDTH):
        script = choose_script(key="upload_script", is_labelled=False)
files = choose_files(kind)
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    level = choose_level()
    show_chosen(kind)
if not files:
    offer_examples(kind)
    st.caption(
        "Scans, photos or drawings, dark on light or light on dark; ruled, shaded or crooked paper is fine. "
        "Images are read at once, and nothing is saved until you press Save or label an image."
    )
    link_to_draw()
    st.stop()

try:
    uploads = unpack_archives(files)
    if len(uploads) > most:
        raise InvalidValue(f"There are {len(uploads)} files; at most {most} can be read at once.")
    if kind == NUMBERS:
        for upload in uploads:
            show_number_file(upload.name, upload.content, level, script, key=f"upload_{upload.id}")
        st.stop()
    results = read_files(uploads, level, script)
except HwrError as error:
    show_error(error)
    st.stop()
if results:  # else the reason is on the page already
    show_results(uploaded_images(uploads, results, level))
