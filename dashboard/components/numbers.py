"""Whole numbers on a page: the image with a box around each digit, what they are, and the boxes to correct."""

import hashlib
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.components.images import boxed
from dashboard.components.panels import show_error, show_hint, show_symbol
from dashboard.components.progress import is_stopped, telling
from dashboard.components.wording import percent
from dashboard.services import pages_of, read_number
from hwr_core.errors import ImageError
from hwr_core.images.decode import PageImage
from hwr_core.images.encode import data_url
from hwr_core.images.types import Box
from hwr_core.recognition.types import FoundDigit, NumberPrediction

SIDES = ("Left", "Top", "Width", "Height")
PREDICTION = 0.8
"""Share of the time that prediction the pages takes; the rest is getting them ready to be shown."""
LONGEST_LARGE = 12
"""More digits than these are not shown as one large number."""


def show_number(document: bytes, *, key: str, enhancement_level: float = 1.0) -> None:
    """Read all digits of an image or document and show them; boxes of a single page can be moved, added, removed.

    Raises: what `Workspace.read_number` raises.
    """
    work = f"{key}_prediction"
    if is_stopped(work):
        return
    with telling("Reading the pages", work=work) as hear:
        prediction = read_number(document, enhancement_level, on_progress=lambda share: hear(PREDICTION * share))
        pages = pages_of(document, on_progress=lambda share: hear(PREDICTION + (1 - PREDICTION) * share))
    place = st.container()
    if len(pages) == 1:
        boxes = _edit_boxes(prediction, key=f"{key}_{hashlib.sha256(document).hexdigest()[:12]}_{enhancement_level}")
        if boxes != [digit.box for digit in prediction.digits]:
            prediction = read_number(document, enhancement_level, boxes)
    with place:
        _show_prediction(prediction, pages)


def show_number_file(name: str, document: bytes, enhancement_level: float, *, key: str) -> None:
    """Show the digits of one uploaded file under its name; a file that cannot be read says why and stops no other."""
    with st.container(border=True):
        st.text(name)
        try:
            show_number(document, key=key, enhancement_level=enhancement_level)
        except ImageError as error:
            show_error(error)


def _show_prediction(prediction: NumberPrediction, pages: Sequence[PageImage]) -> None:
    if not prediction.digits:
        show_hint("No digits are found here.")
    elif len(prediction.lines) == 1 and len(prediction.text) <= LONGEST_LARGE:
        show_symbol(prediction.text, rem=3.5)
        st.markdown(f"Right as a whole with a probability of **{percent(prediction.confidence)}**.")
    else:
        table = pd.DataFrame(
            {"Number": [line.text for line in prediction.lines], "Sure": [line.confidence for line in prediction.lines]}
        )
        percents = st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0)
        st.dataframe(table, hide_index=True, column_config={"Sure": percents})
    for number, page in enumerate(pages):
        found = [digit for digit in prediction.digits if digit.page == number]
        st.image(
            data_url(boxed(page, [(digit.box, str(digit.digit)) for digit in found])),
            caption=f"Page {number + 1}" if len(pages) > 1 else None,
            alt="The image with a box around each digit",
        )
    if prediction.digits:
        with st.expander("Each digit", icon=":material/format_list_numbered:"):
            st.dataframe(_table(prediction.digits), hide_index=True)


def _table(digits: Sequence[FoundDigit]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Digit": [digit.digit for digit in digits],
            "Sure": [percent(digit.confidence) for digit in digits],
            "Else": [
                ", ".join(f"{c.digit} ({percent(c.probability)})" for c in digit.candidates[1:3]) for digit in digits
            ],
        }
    )


def _edit_boxes(prediction: NumberPrediction, *, key: str) -> list[Box]:
    """Let the person correct where the digits stand, and return the boxes."""
    with st.expander("Correct the boxes", icon=":material/crop_free:"):
        st.caption("In pixels of the image. Change a side, add a row for a digit that was missed, remove a wrong one.")
        edited = st.data_editor(
            pd.DataFrame([digit.box for digit in prediction.digits], columns=SIDES, dtype="Int64"),
            num_rows="dynamic",
            hide_index=True,
            key=key,
            column_config={side: st.column_config.NumberColumn(min_value=0, step=1) for side in SIDES},
        )
    whole = edited.dropna()
    return [(int(left), int(top), int(width), int(height)) for left, top, width, height in whole.to_numpy()]
