"""How much disk space each part takes."""

import streamlit as st

from dashboard.components import wording
from hwr_core.app import Storage


def show_disk_usage(found: Storage) -> None:
    """The size of each part, and what is free."""
    st.subheader("Disk usage")
    parts = {
        "History": found.database,
        "Uploads": found.uploads,
        "Own images": found.custom_dataset,
        "Jobs": found.jobs,
        "Models": found.models,
        "Free": found.free,
    }
    with st.container(horizontal=True):
        for name, size in parts.items():
            st.metric(name, wording.size(size), border=True, width=130)
