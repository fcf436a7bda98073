"""Scans of a form: read, checked where they are doubtful, and taken away as a table."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard.components.messages import literal, show_error
from dashboard.components.progress import begin, progress_bar, was_stopped
from dashboard.components.user_switch import user_id
from dashboard.services import workspace
from dashboard.views.forms.checking import show_checking
from hwr_core.app import Form, FormFormat, ReadForm, form_file, form_table
from hwr_core.errors import HwrError
from hwr_core.settings import MIB

ERRORS = {"1 in 100": 0.01, "1 in 50": 0.02, "1 in 20": 0.05}
MARKED = "background-color: rgba(255, 170, 0, 0.35)"
ICONS = {FormFormat.XLSX: "Excel", FormFormat.CSV: "CSV", FormFormat.PARQUET: "Parquet"}


def show_scans(form: Form) -> None:
    """Let the user choose scans, read them, and show what was read."""
    settings = workspace().settings
    files = st.file_uploader(
        f"Scans or photos of {literal(form.name)}: images, TIFF or PDF, a form on each page",
        accept_multiple_files=True,
        max_upload_size=settings.max_image_bytes // MIB,
        key=f"forms_scans_{form.id}",
    )
    allowed = st.segmented_control(
        "Accept numbers unchecked if at most this many are wrong",
        [*ERRORS],
        default="1 in 100",
        required=True,
        key="forms_error",
        help="The fewer may be wrong, the more numbers are left for you to check.",
    )
    state, task = f"forms_read_{form.id}", f"forms_task_{form.id}"
    label = "Read the scans" if len(files) != 1 else "Read the scan"
    st.caption("What is read is saved to the history of numbers, and so is what you correct.")
    if st.button(label, type="primary", icon=":material/document_scanner:", disabled=not files):
        st.session_state.pop(state, None)
        begin(task)
        named = [(file.name, file.getvalue()) for file in files]
        try:
            with progress_bar("Reading the scans", task=task) as move:
                st.session_state[state] = workspace().read_forms(
                    form.id, named, user_id=user_id(), max_error=ERRORS[allowed], on_progress=move
                )
        except HwrError as error:
            show_error(error)
    if state in st.session_state:
        st.session_state[state] = _show_read(st.session_state[state])
    elif was_stopped(task):
        st.caption("Stopped. What was read till then is in the history of numbers.")


def _show_read(read: ReadForm) -> ReadForm:
    """Show what was read and let the user check it; return it as it is then."""
    cells = [cell for row in read.rows for cell in row.cells]
    faults = [row for row in read.rows if row.error]
    doubtful = sum(cell.is_doubtful for cell in cells)
    with st.container(horizontal=True):
        for name, count in (
            ("Scans read", len(read.rows) - len(faults)),
            ("Numbers", len(cells)),
            ("Accepted", sum(cell.accept for cell in cells)),
            ("To check", doubtful),
        ):
            st.metric(name, f"{count:,}")
    for row in faults:
        st.warning(literal(f"{row.file_name}, page {row.page}: {row.error}"))
    if doubtful:
        checked = show_checking(read, key=f"forms_check_{read.form.id}")
        if checked is not None:
            read = replace(read, rows=checked)
            st.session_state[f"forms_read_{read.form.id}"] = read
            st.rerun()
    elif cells:
        st.success("Nothing is left to check.", icon=":material/check:")
    _show_table(read)
    return read


def _show_table(read: ReadForm) -> None:
    table = form_table(read).drop(columns="check")
    doubtful = [{cell.name for cell in row.cells if cell.is_doubtful} for row in read.rows]

    def colours(row: "pd.Series[str]") -> list[str]:
        return [MARKED if name in doubtful[int(str(row.name))] else "" for name in row.index]

    if table["error"].isna().all():
        table = table.drop(columns="error")
    st.dataframe(
        table.style.apply(colours, axis=1), hide_index=True, alt="What was read, a row for each scan", placeholder=""
    )
    if any(doubtful):
        st.caption("Coloured cells are still to be checked.")
    with st.container(horizontal=True):
        for kind, name in ICONS.items():
            st.download_button(
                name,
                form_file(read, kind),  # at once: between click and file stands no run of the page
                file_name=f"{read.form.name}.{kind}",
                mime=kind.media_type,
                on_click="ignore",
                icon=":material/download:",
                key=f"forms_download_{kind}",
            )
