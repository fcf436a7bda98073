"""The results of many images: counted by group, shown as cards or as a table, and ready to save or to download."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from dashboard.components import wording
from dashboard.components.answer import TABLE_SIDE, thumbnail
from dashboard.components.images import shrunk
from dashboard.components.prediction_table import ROW_HEIGHT, input_column
from dashboard.components.save_button import Unsaved
from dashboard.services import FileResult
from dashboard.views.upload.digit_file import show_digit_file
from dashboard.views.upload.files import Upload
from hwr_core.app import Source, Verdict, data_url

FEW = 24
"""More images than this are shown as a table."""

ALL, READ, UNSURE, REJECTED, UNREADABLE = GROUPS = ("All", "Read", "Unsure", wording.NOT_A_DIGIT, "Unreadable")
"""The outcomes of an image, as the page counts them."""

_GROUP_OF = {
    Verdict.DIGIT: READ,
    Verdict.UNSURE: UNSURE,
    Verdict.NOT_A_DIGIT: REJECTED,
    Verdict.NO_INK: REJECTED,
}


def unsaved(uploads: Sequence[Upload], results: Sequence[FileResult], level: float) -> list[Unsaved]:
    """Return what may be saved: each image that was read and is not blank."""
    source = Source.BATCH if len(results) > 1 else Source.UPLOAD
    return [
        Unsaved(
            f"{upload.id} at {level} in {result.prediction.script}",
            result.prediction,
            source,
            upload.name,
            level,
            upload.content,
        )
        for upload, result in zip(uploads, results, strict=True)
        if result.prediction and result.prediction.seen is not None
    ]


def choose_group(results: Sequence[FileResult], *, key: str) -> list[int]:
    """Count the outcomes; return the places of the images in the selected group."""
    groups = [group_of(result) for result in results]
    counts = {ALL: len(results)} | {group: groups.count(group) for group in GROUPS[1:]}
    selected = st.pills(
        "Outcome",
        GROUPS,
        default=ALL,
        required=True,
        format_func=lambda group: f"{group} {counts[group]}",
        key=key,
        label_visibility="collapsed",
    )
    return [place for place, group in enumerate(groups) if selected in (ALL, group)]


def group_of(result: FileResult) -> str:
    """The outcome of an image, in a word or two."""
    return UNREADABLE if result.prediction is None else _GROUP_OF[result.prediction.verdict]


def show_results(uploads: Sequence[Upload], results: Sequence[FileResult], *, key: str) -> None:
    """Show each image with its answer: a few as cards, many as a table from which one is selected."""
    if not results:
        st.caption("No images in this group.")
    elif len(results) <= FEW:
        for upload, result in zip(uploads, results, strict=True):
            show_digit_file(upload.name, result)
    else:
        above = st.container()  # below so long a table it would not be seen
        place = _select_row(uploads, results, key=key)
        with above:
            if place is None:
                st.caption("Select a row to see its image.")
            else:
                show_digit_file(uploads[place].name, results[place])


def as_table(uploads: Sequence[Upload], results: Sequence[FileResult]) -> pd.DataFrame:
    """All results as a table to download: a row for each image."""
    predictions = [result.prediction for result in results]
    return pd.DataFrame(
        {
            "file": [upload.name for upload in uploads],
            "digit": pd.array([prediction and prediction.digit for prediction in predictions], dtype="Int64"),
            "verdict": [prediction.verdict.value if prediction else "not_readable" for prediction in predictions],
            "confidence": [round(prediction.confidence, 4) if prediction else None for prediction in predictions],
            "model_version": [prediction.model_version if prediction else None for prediction in predictions],
            "script": [prediction.script if prediction else None for prediction in predictions],
            "symbol": [prediction.symbol if prediction else None for prediction in predictions],
            "error": [str(result.error) if result.error else None for result in results],
        }
    )


def _select_row(uploads: Sequence[Upload], results: Sequence[FileResult], *, key: str) -> int | None:
    columns = st.column_config
    state = st.dataframe(
        {
            "Image": [_preview(result) for result in results],
            "Input": [thumbnail(result.prediction) if result.prediction else None for result in results],
            "Read": [wording.symbol(result.prediction) if result.prediction else "" for result in results],
            "Confidence": [_confidence(result) for result in results],
            "File": [upload.name for upload in uploads],
            "Outcome": [group_of(result) for result in results],
        },
        hide_index=True,
        row_height=ROW_HEIGHT,
        on_select="rerun",
        selection_mode="single-row",
        placeholder="",
        key=key,
        alt="The uploaded images with what each was read as",
        column_config={
            "Image": columns.ImageColumn(width=64),
            "Input": input_column(),
            "Read": columns.TextColumn(width=56, alignment="center"),
            "Confidence": columns.TextColumn(width=92, alignment="right"),
            "Outcome": columns.TextColumn(width=104),
        },
    )
    rows = state["selection"]["rows"]
    return rows[0] if rows else None


def _preview(result: FileResult) -> str | None:
    return None if result.preview is None else data_url(shrunk(result.preview, 2 * TABLE_SIDE))


def _confidence(result: FileResult) -> str:
    prediction = result.prediction
    return "" if prediction is None or prediction.digit is None else wording.percent(prediction.confidence)
