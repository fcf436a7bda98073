"""One uploaded file of whole numbers."""

import streamlit as st

from dashboard.components.messages import show_error
from dashboard.components.numbers import show_number
from dashboard.views.upload.number_saving import Document, show_saving
from hwr_core.errors import ImageError


def show_number_file(name: str, document: bytes, enhancement_level: float, script: str, *, key: str) -> None:
    """Show the digits of one uploaded file under its name; a file that cannot be read says why and stops no other."""
    with st.container(border=True):
        st.text(name)
        try:
            found = show_number(document, key=key, enhancement_level=enhancement_level, script=script)
            if found and found.digits:
                show_saving(found, Document(name, document, enhancement_level), key=key)
        except ImageError as error:
            show_error(error)
