"""Whole numbers: the page with a box around each digit, the numbers as text, and the boxes to edit."""

import hashlib
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.components.answer import show_hint, show_symbol
from dashboard.components.box_canvas import NamedBox, draw_boxes
from dashboard.components.images import boxed
from dashboard.components.progress import is_stopped, progress_bar
from dashboard.components.wording import acceptance, percent
from dashboard.services import pages_of, read_number
from hwr_core.app import WESTERN, Box, FoundDigit, NumberLine, NumberPrediction, PageImage, data_url

READING = 0.8
"""Share of the time that reading the pages takes; the rest goes into preparing them for the screen."""
ACCEPTED = (
    "Accepted numbers are so sure that nobody has to check them. The setting HWR_MAX_ERROR says how many of them may "
    "be wrong."
)
LONGEST_LARGE = 12
"""Numbers with more digits than this are not shown as one large number."""


def show_number(
    document: bytes, *, key: str, enhancement_level: float = 1.0, script: str = WESTERN
) -> NumberPrediction | None:
    """Read all digits of an image or document and show them; the boxes of a single page can be edited.

    Returns what was read, None where the user stopped that. Raises: what `Workspace.read_number` raises.
    """
    task = f"{key}_prediction"
    if is_stopped(task):
        return None
    so_far = st.empty()

    def show_so_far(read: NumberPrediction) -> None:
        if read.digits:
            with so_far.container():
                _show_text(read)

    with progress_bar("Reading the pages", task=task) as move:
        prediction = read_number(
            document,
            enhancement_level,
            script=script,
            on_progress=lambda share: move(READING * share),
            on_page=show_so_far,
        )
        pages = pages_of(document, on_progress=lambda share: move(READING + (1 - READING) * share))
    so_far.empty()
    place = st.container()
    if len(pages) == 1:
        kept = f"{key}_{hashlib.sha256(document).hexdigest()[:12]}_{enhancement_level}_{script}"
        boxes = _edit_boxes(prediction, pages[0], key=kept)
        if boxes != [digit.box for digit in prediction.digits]:
            prediction = read_number(document, enhancement_level, boxes, script=prediction.script)
    with place:
        _show_text(prediction)
        _show_pages(prediction, pages)
        _show_digits(prediction.digits)
    return prediction


def _show_text(prediction: NumberPrediction) -> None:
    """One short number in large figures, others in a table with a row for each line."""
    if not prediction.digits:
        show_hint("No digits were found.")
    elif len(prediction.lines) == 1 and len(prediction.text) <= LONGEST_LARGE:
        show_symbol(_written(prediction.lines[0]), rem=3.5)
        colour = "green" if prediction.accept else "orange"
        st.markdown(
            f"Probability that all digits are correct: **{percent(prediction.confidence)}** "
            f":{colour}-badge[{acceptance(accept=prediction.accept)}]",
            help=ACCEPTED,
        )
    else:
        lines = prediction.lines
        table = pd.DataFrame(
            {
                "Number": [_written(line) for line in lines],
                "All correct": [line.confidence for line in lines],
                "Accept": [acceptance(accept=line.accept) for line in lines],
            }
        )
        probability = st.column_config.ProgressColumn(
            format="percent", min_value=0.0, max_value=1.0, help="Probability that all digits of the line are correct"
        )
        accept = st.column_config.TextColumn(help=ACCEPTED)
        st.dataframe(table, hide_index=True, column_config={"All correct": probability, "Accept": accept})
    for warning in prediction.warnings:
        st.warning(warning)


def _written(line: NumberLine) -> str:
    """A number, and how it is written where that is in another script."""
    number = line.value or line.text
    return f"{line.symbols} = {number}" if line.symbols else number


def _show_pages(prediction: NumberPrediction, pages: Sequence[PageImage]) -> None:
    for number, page in enumerate(pages):
        found = [digit for digit in prediction.digits if digit.page == number]
        st.image(
            data_url(boxed(page, [(digit.box, str(digit.digit)) for digit in found])),
            caption=f"Page {number + 1}" if len(pages) > 1 else None,
            alt="The page with a box around each digit",
        )


def _show_digits(digits: Sequence[FoundDigit]) -> None:
    if not digits:
        return
    others = [", ".join(f"{c.digit} ({percent(c.probability)})" for c in digit.candidates[1:3]) for digit in digits]
    with st.expander("Each digit", icon=":material/format_list_numbered:"):
        st.dataframe(
            pd.DataFrame(
                {
                    "Digit": [digit.digit for digit in digits],
                    "Confidence": [percent(digit.confidence) for digit in digits],
                    "Alternatives": others,
                }
            ),
            hide_index=True,
        )


def _edit_boxes(prediction: NumberPrediction, page: PageImage, *, key: str) -> list[Box]:
    """Let the user correct where the digits stand, and return the boxes."""
    with st.expander("Edit the boxes", icon=":material/crop_free:"):
        if not st.checkbox("Draw on the page", key=f"{key}_edited"):  # a page with many boxes takes its time
            return [digit.box for digit in prediction.digits]
        st.caption(
            "Draw a box around a digit that was missed. With the pencil of the toolbar, boxes are moved, resized and "
            "deleted. Each box is read as one digit."
        )
        start = [NamedBox(str(digit.digit), digit.box) for digit in prediction.digits]
        return [each.box for each in draw_boxes(page, start, next_name="", key=f"{key}_canvas")]
