"""Read uploaded images, many at once. Nothing is saved until the user says so."""

import streamlit as st

from dashboard.components.downloads import show_data
from dashboard.components.links import link_to_draw
from dashboard.components.messages import show_error
from dashboard.components.save_button import show_save_button
from dashboard.components.script_choice import SCRIPT_WIDTH, choose_script
from dashboard.components.wording import KINDS, NUMBERS, ONE_DIGIT
from dashboard.services import workspace
from dashboard.views.upload.files import choose_examples, choose_files, choose_level, read_files, unpack_archives
from dashboard.views.upload.number_file import show_number_file
from dashboard.views.upload.results import as_table, choose_group, show_results, unsaved
from hwr_core.errors import HwrError, InvalidValue

most = workspace().settings.max_batch_files

st.title("Upload images")
kind = st.segmented_control(
    "What is on them", KINDS, default=ONE_DIGIT, required=True, key="upload_kind", label_visibility="collapsed"
)
files = choose_files(kind) or choose_examples(kind)
with st.container(width=SCRIPT_WIDTH):
    script = choose_script(key="upload_script")
level = choose_level()
if not files:
    st.caption(
        "Scans, photos or drawings, dark on light or light on dark; ruled, shaded or crooked paper is fine. "
        "Images are read at once, and nothing is saved until you press Save."
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
    if not results:
        st.stop()  # the reason is on the page already
except HwrError as error:
    show_error(error)
    st.stop()

several = len(results) > 1
if to_save := unsaved(uploads, results, level):
    show_save_button(to_save, key="upload_save")
places = choose_group(results, key="upload_group") if several else [*range(len(results))]
show_results([uploads[place] for place in places], [results[place] for place in places], key="upload_table")
if several:
    show_data(as_table(uploads, results), "predictions", key="upload")
