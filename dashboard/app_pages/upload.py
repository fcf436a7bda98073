"""Read uploaded pictures, many at once. Nothing is kept until the person says so."""

import streamlit as st

from dashboard.keeping import ToKeep, offer_to_keep
from dashboard.number_views import show_number_file
from dashboard.panels import show_error, show_file
from dashboard.services import read_file, workspace
from dashboard.wording import KINDS, NUMBERS, ONE_DIGIT
from hwr_core.errors import HwrError, InvalidValue
from hwr_core.images.decode import READABLE
from hwr_core.images.normalise import MAX_ENHANCEMENT
from hwr_core.records import Source

settings = workspace().settings
megabytes = settings.max_picture_bytes // 2**20
most = settings.max_batch_files

st.title("Upload pictures")
kind = st.segmented_control(
    "What is on them", KINDS, default=ONE_DIGIT, required=True, key="upload_kind", label_visibility="collapsed"
)
if kind == ONE_DIGIT:
    st.markdown(f"One handwritten digit on each: {READABLE}, up to {megabytes} MB a file, at most {most} files.")
else:
    st.markdown(f"Numbers, in lines or on whole pages: {READABLE} or PDF, up to {megabytes} MB a file.")
files = st.file_uploader(
    "Pictures",
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
        help="How much a picture is cleaned before it is read. 1 suits most; try 2 for dim or noisy photos.",
    )
if not files:
    st.stop()

try:
    if len(files) > most:
        raise InvalidValue(f"{len(files)} files were chosen; at most {most} can be read at once.")
    if kind == NUMBERS:
        for file in files:
            show_number_file(file.name, file.getvalue(), level, key=f"upload_{file.file_id}")
        st.stop()
    with st.spinner("Reading"):
        outcomes = [read_file(file.getvalue(), level) for file in files]
except HwrError as error:
    show_error(error)
    st.stop()

source = Source.UPLOAD if len(files) == 1 else Source.BATCH
offers = [
    ToKeep(f"{file.file_id} at {level}", outcome.reading, source, file.name, level, file.getvalue())
    for file, outcome in zip(files, outcomes, strict=True)
    if outcome.reading and outcome.reading.seen is not None
]
if offers:
    offer_to_keep(offers, key="upload_keep")
for file, outcome in zip(files, outcomes, strict=True):
    show_file(file.name, outcome)
