"""Stored predictions: many as a table from which one is selected, or as a gallery of images with links."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from dashboard.components import wording
from dashboard.components.answer import TABLE_SIDE, thumbnail
from dashboard.components.links import link_to_prediction
from dashboard.components.upload_preview import UploadPreview, show_beside, upload_previews
from hwr_core.app import Grey, PredictionRecord

TILE_SIDE = 112
"""Of both images of a tile in a gallery, in pixels: four times what the model saw."""
GALLERY_WIDTH = 2 * TILE_SIDE + 2
"""Of a tile with both, in pixels."""

ROW_HEIGHT = 44
TALL_ROW_HEIGHT = 64
"""Of a row with the upload."""


def input_column() -> Any:
    """The column that shows what the model saw."""
    return st.column_config.ImageColumn(width=58, help="What the model saw")


def show_prediction_table(records: Sequence[PredictionRecord], *, timezone: str, key: str) -> int | None:
    """A table of stored predictions, the most important columns within a phone's width. Returns the selected row."""
    columns = st.column_config
    state = st.dataframe(
        {
            "Image": [upload and upload.url for upload in upload_previews(_files(records), 2 * TABLE_SIDE)],
            "Input": [thumbnail(row.prediction) for row in records],
            "Read": [wording.symbol(row.prediction) for row in records],
            "Confidence": [wording.percent(row.prediction.confidence) for row in records],
            "Label": [wording.label_of(row) for row in records],
            "Time": [row.timestamp for row in records],
            "Verdict": [wording.verdict_word(row.prediction.verdict) for row in records],
            "ID": [row.id for row in records],
            "Source": [wording.source_word(row.source) for row in records],
            "File": [row.file_name for row in records],
        },
        hide_index=True,
        row_height=TALL_ROW_HEIGHT,
        on_select="rerun",
        selection_mode="single-row",
        placeholder="",
        key=key,
        alt="Stored predictions, newest first",
        column_config={
            "Image": columns.ImageColumn(width=72, help="The image as it was uploaded or drawn, while it is kept"),
            "Input": input_column(),
            "Read": columns.TextColumn(width=56, alignment="center", help="What the image was read as"),
            "Confidence": columns.TextColumn(width=96, alignment="right"),
            "Label": columns.TextColumn(width=116, help="Whether a user has labelled it as correct or wrong"),
            "Time": columns.DatetimeColumn(width=148, format="D MMM YYYY, HH:mm", timezone=timezone),
            "Verdict": columns.TextColumn(width=92),
            "ID": columns.NumberColumn(width=76, format="%d"),
            "Source": columns.TextColumn(width=80),
        },
    )
    rows = state["selection"]["rows"]
    return rows[0] if rows else None


def _files(records: Sequence[PredictionRecord]) -> list[tuple[int, str | None]]:
    return [(row.id, row.upload) for row in records]


def show_gallery(records: Sequence[PredictionRecord]) -> None:
    """The uploads of many predictions, each beside what the model saw, what was read, and a link to it in full."""
    with st.container(horizontal=True, gap="small"):
        for row, upload in zip(records, upload_previews(_files(records)), strict=True):
            if row.prediction.seen is not None:
                with st.container(width=GALLERY_WIDTH, gap=None):
                    _show_tile(row, row.prediction.seen, upload)


def _show_tile(row: PredictionRecord, seen: Grey, upload: UploadPreview | None) -> None:
    show_beside(upload, seen, side=TILE_SIDE)
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.markdown(f"**{wording.symbol(row.prediction)}**", width="content")
        link_to_prediction(row.id)
