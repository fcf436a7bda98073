"""Adding a ZIP archive of one's own labelled images."""

import streamlit as st

from dashboard.components.messages import literal, show_error
from dashboard.services import workspace
from hwr_core.app import Imported
from hwr_core.errors import HwrError
from hwr_core.settings import MIB

IMPORTED = "training_imported"
"""The outcome for the archive that was added last."""


def show_custom_images() -> None:
    """Import a ZIP archive of labelled images."""
    with st.expander("Add your own images", icon=":material/folder_zip:"):
        st.markdown(
            "A ZIP archive with a folder for each digit, named `0` to `9`, and one named `none` for images "
            "that are not a digit."
        )
        most = workspace().settings.max_request_bytes // MIB
        archive = st.file_uploader(
            f"ZIP archive of labelled images, up to {most} MB", type="zip", max_upload_size=most, key="training_zip"
        )
        if archive and st.button("Add images", key="training_import"):
            try:
                with st.spinner("Checking the images"):
                    found = workspace().modelling.import_images(archive)
            except HwrError as error:
                show_error(error)
                return
            st.session_state[IMPORTED] = found
            st.rerun()  # the form above is to offer them
        if IMPORTED in st.session_state:
            _show_imported(st.session_state.pop(IMPORTED))


def _show_imported(found: Imported) -> None:
    by_label = ", ".join(f"{label}: {count}" for label, count in found.added.items())
    known = f" {found.known:,} had been added before." if found.known else ""
    st.success(f"{found.total:,} images added{f' ({by_label})' if by_label else ''}.{known}")
    if found.refused:
        st.warning("  \n".join((f"{found.refused:,} files were not added.", *map(literal, found.reasons))))
