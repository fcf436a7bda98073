"""Read uploaded images, many at once. Nothing is saved until the user says so."""

import streamlit as st

from dashboard.components.links import link_to_draw
from dashboard.components.messages import show_error
from dashboard.components.script_choice import SCRIPT_WIDTH, choose_script
from dashboard.components.wording import KINDS, NUMBERS, ONE_DIGIT
from dashboard.services import workspace
from dashboard.views.upload.files import choose_examples, choose_files, choose_level, read_files, unpack_archives
from dashboard.views.upload.number_file import show_number_file
from dashboard.views.upload.outcomes import uploaded_images
from dashboard.views.upload.results import show_results
from hwr_core.errors import HwrError, InvalidValue

most = workspace().settings.max_batch_files

st.title("Upload images")
kind = st.segmented_control(
    "What is on them",
    KINDS,
    default=ONE_DIGIT,
    required=True,
    key="upload_kind",
    persist_state="session",
    label_visibility="collapsed",
)
files = choose_files(kind) or choose_examples(kind)
with st.container(width=SCRIPT_WIDTH):
    script = choose_script(key="upload_script")
level = choose_level()
if not files:
    st.caption(
        "Scans, photos or drawings, dark on light or light on dark; ruled, shaded or crooked paper is fine. "
        "Images are read at once, and nothing is saved until you press Save or label an image."
    )
    link_to_draw("No image at hand? Draw a digit")
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
