"""A new form: the empty page, the fields drawn on it, and what each number may be."""

import hashlib
from collections.abc import Mapping

import streamlit as st

from dashboard.components.box_canvas import draw_boxes
from dashboard.components.messages import leave_toast, show_error
from dashboard.components.user_switch import user_id
from dashboard.services import pages_of, workspace
from hwr_core.app import Box, Form, FormField
from hwr_core.errors import HwrError, ImageError
from hwr_core.settings import MIB

PATTERNS = (
    "What the number may be, if that is known: `digits 8`, `digits 5-6`, `range 0-100`, `date DDMMYYYY`, `luhn`, "
    "`mod97`, `ean`, `isbn`, `decimals 2`, `minus`; several with commas between. What does not fit is never accepted."
)


def add_form() -> Form | None:
    """Let the user draw a form, and return it once it is stored."""
    megabytes = workspace().settings.max_image_bytes // MIB
    st.markdown("Upload the **empty** form, as an image or a PDF. Its print tells where the fields of a scan are.")
    file = st.file_uploader(
        "The empty form", max_upload_size=megabytes, key="forms_empty", label_visibility="collapsed"
    )
    if file is None:
        return None
    document = file.getvalue()
    try:
        page = pages_of(document)[0]
    except ImageError as error:
        show_error(error)
        return None
    key = f"forms_{hashlib.sha256(document).hexdigest()[:12]}"
    boxes: dict[str, Box] = st.session_state.setdefault(f"{key}_boxes", {})
    st.markdown("Draw a box around each field. With the pencil of the toolbar, boxes are moved, resized and deleted.")
    drawn = draw_boxes(page, [], next_name=_next_name(boxes), key=f"{key}_canvas")
    if (now := {each.name: each.box for each in drawn}) != boxes:
        st.session_state[f"{key}_boxes"] = now
        st.rerun()  # so that the next box has the next number
    return _name_and_save(document, boxes, key=key) if boxes else None


def _next_name(boxes: Mapping[str, Box]) -> str:
    return str(1 + max((int(name) for name in boxes), default=0))


def _name_and_save(document: bytes, boxes: Mapping[str, Box], *, key: str) -> Form | None:
    """Let the user name the form and its fields and say what their numbers may be; return the form once it is saved."""
    with st.form(f"{key}_names", border=False, enter_to_submit=False):
        name = st.text_input("Name of the form", max_chars=100, placeholder="Enrolment 2026", key=f"{key}_name")
        fields = [_ask(number, box, key=key) for number, box in boxes.items()]
        st.caption(PATTERNS)
        pressed = st.form_submit_button("Save the form", type="primary", icon=":material/save:")
    if not pressed:
        return None
    try:
        form = workspace().add_form(name, document, fields, user_id=user_id())
    except HwrError as error:
        show_error(error)
        return None
    leave_toast(f"Form saved: {form.name}.")
    return form


def _ask(number: str, box: Box, *, key: str) -> FormField:
    left, right = st.columns(2)
    name = left.text_input(f"Name of field {number}", f"Field {number}", max_chars=100, key=f"{key}_name_{number}")
    pattern = right.text_input(
        f"Pattern of field {number}", placeholder="digits 8", max_chars=200, key=f"{key}_pattern_{number}"
    )
    return FormField(name, box, pattern.strip() or None)
