"""The results of many images as a table from which one is selected to be labelled, and as a file to download."""

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.components import wording
from dashboard.components.answer import TABLE_SIDE, thumbnail
from dashboard.components.images import shrunk
from dashboard.components.messages import literal
from dashboard.components.prediction_table import ROW_HEIGHT, input_column
from dashboard.components.save_button import saved_ids
from dashboard.services import FileResult
from dashboard.views.upload.outcomes import UploadedImage
from dashboard.views.upload.session import SAVE, UploadSession
from hwr_core.app import Grey, data_url


def show_table(images: Sequence[UploadedImage], session: UploadSession, *, key: str) -> None:
    """A row for each image; the one that is selected becomes the current one, or says why it cannot."""
    st.caption("Select a row to label its image.")

    def select() -> None:
        selected = _selected(st.session_state[key], images)
        if selected and selected.unsaved:
            session.go_to(selected.unsaved)

    columns = st.column_config
    state = st.dataframe(
        {
            "Image": [_preview(image.result) for image in images],
            "Input": [thumbnail(image.result.prediction) if image.result.prediction else None for image in images],
            "Read": [wording.symbol(image.result.prediction) if image.result.prediction else "" for image in images],
            "Confidence": [_confidence(image.result) for image in images],
            "Label": [label_in_words(image, session) for image in images],
            "File": [image.upload.name for image in images],
            "Outcome": [image.group for image in images],
        },
        hide_index=True,
        row_height=ROW_HEIGHT,
        on_select=select,
        selection_mode="single-row",
        placeholder="",
        key=key,
        alt="The uploaded images with what each was read as and labelled",
        column_config={
            "Image": columns.ImageColumn(width=64),
            "Input": input_column(),
            "Read": columns.TextColumn(width=56, alignment="center"),
            "Confidence": columns.TextColumn(width=92, alignment="right"),
            "Label": columns.TextColumn(width=104),
            "Outcome": columns.TextColumn(width=104),
        },
    )
    selected = _selected(state, images)
    if selected and selected.result.error:
        st.error(literal(f"{selected.upload.name}: {selected.result.error}"), icon=":material/error:")


def _selected(state: Any, images: Sequence[UploadedImage]) -> UploadedImage | None:
    """The image whose row is selected; a selection outlives the rows that another outcome has not."""
    rows = state["selection"]["rows"]
    return images[rows[0]] if rows and rows[0] < len(images) else None


def as_table(images: Sequence[UploadedImage], session: UploadSession) -> pd.DataFrame:
    """All results as a table to download: a row for each image, in the order of the files."""
    predictions = [image.result.prediction for image in images]
    labels = [session.label_of(image.unsaved) if image.unsaved else None for image in images]
    saved = saved_ids(key=SAVE)
    return pd.DataFrame(
        {
            "file": [image.upload.name for image in images],
            "digit": pd.array([prediction and prediction.digit for prediction in predictions], dtype="Int64"),
            "verdict": [prediction.verdict.value if prediction else "not_readable" for prediction in predictions],
            "confidence": [round(prediction.confidence, 4) if prediction else None for prediction in predictions],
            "is_labelled": [label is not None for label in labels],
            "label": pd.array([label and label.digit for label in labels], dtype="Int64"),
            "prediction_id": pd.array(
                [saved.get(image.unsaved.name) if image.unsaved else None for image in images], dtype="Int64"
            ),
            "model_version": [prediction.model_version if prediction else None for prediction in predictions],
            "script": [prediction.script if prediction else None for prediction in predictions],
            "symbol": [prediction.symbol if prediction else None for prediction in predictions],
            "error": [str(image.result.error) if image.result.error else None for image in images],
        }
    )


def label_in_words(image: UploadedImage, session: UploadSession) -> str:
    """The label that the user gave an image, empty where there is none."""
    label = session.label_of(image.unsaved) if image.unsaved else None
    if label is None or image.unsaved is None:
        return ""
    prediction = image.unsaved.prediction
    if label.digit == prediction.digit:
        return wording.CORRECT
    word = wording.NOT_A_DIGIT if label.digit is None else wording.written(label.digit, prediction.script)
    return f"{wording.WRONG}: {word}"


@st.cache_data(max_entries=400, show_spinner=False)
def _small(image: Grey) -> str:
    return data_url(shrunk(image, 2 * TABLE_SIDE))


def _preview(result: FileResult) -> str | None:
    return None if result.preview is None else _small(result.preview)


def _confidence(result: FileResult) -> str:
    prediction = result.prediction
    return "" if prediction is None or prediction.digit is None else wording.percent(prediction.confidence)
