"""One stored number in full: its page with boxes, what was read, and a field to correct it."""

import streamlit as st

from dashboard.components.images import boxed
from dashboard.components.messages import leave_toast, show_error
from dashboard.components.user_switch import user_id
from dashboard.components.wording import acceptance, percent
from dashboard.services import pages_of, workspace
from hwr_core.app import NumberRecord, data_url
from hwr_core.errors import HwrError, NotFound

LINE_PIXELS, MOST_PIXELS = 26, 400


def show_number(record: NumberRecord) -> None:
    """All that is known about a number, and a field to say what it really is."""
    number = record.number
    with st.container(border=True):
        st.subheader(f"Number {record.id}")
        show_pages(record)
        st.markdown(
            f"Read as **{number.text.replace(chr(10), ', ')}**, {percent(number.confidence)} sure, "
            f"{acceptance(accept=number.accept)}."
        )
        pattern = f", pattern {record.pattern} ({'fits' if number.fits else 'does not fit'})" if record.pattern else ""
        st.caption(f"Model {number.model_version}, {number.seconds * 1000:.0f} ms{pattern}.")
        _correct(record)


def show_pages(record: NumberRecord) -> None:
    """The file of a number with a box around each digit, or why it cannot be shown."""
    if record.upload is None:
        st.caption("Its file was not kept.")
        return
    try:
        pages = pages_of(workspace().numbers.upload(record.id))
    except NotFound as error:
        st.caption(str(error))
        return
    except HwrError as error:
        show_error(error)
        return
    for place, page in enumerate(pages):
        boxes = [(digit.box, str(digit.digit)) for digit in record.number.digits if digit.page == place]
        st.image(data_url(boxed(page, boxes)), alt="The page with a box around each digit")


def correct(record: NumberRecord, text: str) -> bool:
    """Store what a user says a number is; tell whether that could be done."""
    try:
        workspace().numbers.correct(record.id, text, user_id=user_id())
    except HwrError as error:
        show_error(error)
        return False
    return True


def _correct(record: NumberRecord) -> None:
    said = record.label.text if record.label else record.number.text
    with st.form(f"number_{record.id}", border=False):
        height = min(68 + LINE_PIXELS * said.count("\n"), MOST_PIXELS)
        text = st.text_area("What it really says", said, height=height, help="A line for each line of digits.")
        pressed = st.form_submit_button("Save", type="primary", icon=":material/save:")
    if pressed and correct(record, text):
        leave_toast(f"Saved: number {record.id}.")
        st.rerun()
