"""The parts that pages are made of: each shows one thing it is given."""

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.components import wording
from dashboard.components.bars import probability_bars
from dashboard.components.images import enlarged, framed, heat, shrunk
from dashboard.services import ReadFile
from hwr_core.errors import HwrError
from hwr_core.images.encode import data_url
from hwr_core.images.types import SIDE, Grey
from hwr_core.recognition.pipeline import Explanation
from hwr_core.recognition.types import DIGITS, Prediction
from hwr_core.records.predictions import PredictionRecord

ANSWER_SIDE = 140
FILE_SIDE = 84
TABLE_SIDE = 56
STAGE_SIDE = 70
"""How large what the model saw is shown, in pixels: whole multiples of its 28."""

GALLERY_WIDTH = 84
"""Of an image with its number below it, in pixels."""

SHARPNESS = 2
"""Screen pixels to a page's pixel on most phones: enlarged so far here, the browser need not blur."""


def show_error(error: HwrError) -> None:
    """Say in words what went wrong; every HwrError may be shown to anybody."""
    st.error(str(error), icon=":material/error:")


def show_answer(prediction: Prediction) -> None:
    """The digit, large, beside what the model saw, and how sure the prediction is."""
    with _answer_row():
        show_symbol(wording.symbol(prediction))
        if prediction.seen is not None:
            show_seen(prediction.seen, side=ANSWER_SIDE, caption="What the model saw")
    st.markdown(f"**{wording.headline(prediction)}** {wording.detail(prediction) or wording.what_next(prediction)}")


def show_hint(text: str) -> None:
    """The place of an answer while there is none."""
    with _answer_row():
        show_symbol("?", opacity=0.25)
    st.markdown(text)


def show_symbol(symbol: str, *, rem: float = 7, opacity: float = 1) -> None:
    """One or two characters, larger than any of the theme's headings."""
    style = f"font-size: {rem}rem; font-weight: 600; line-height: 1; opacity: {opacity}"
    st.html(f'<div style="{style}">{symbol}</div>', width="content")


def show_way(label: str, address: str) -> None:
    """A link to another page of this server, in the same tab: a link button would open one more."""
    st.html(f'<a href="{address}" style="color: inherit">{label}</a>')


def show_seen(seen: Grey, *, side: int, caption: str | None = None) -> None:
    """The 28x28 the model saw, enlarged to `side` pixels, each of its own pixels left visible."""
    # Within the page: a file of Streamlit's is gone when the page is drawn anew before the browser has fetched it.
    image = data_url(enlarged(seen, SHARPNESS * side // SIDE))
    st.image(image, caption=caption, width=side, alt="The writing as the model saw it, 28 by 28 pixels")


def show_file(name: str, file: ReadFile) -> None:
    """One uploaded file: its image, what the model saw, and the answer, or why there is none."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        if file.preview is not None:
            small = shrunk(file.preview, SHARPNESS * FILE_SIDE)
            st.image(data_url(small), width=FILE_SIDE, alt=f"Preview of {name}")
        if file.prediction and file.prediction.seen is not None:
            show_seen(file.prediction.seen, side=FILE_SIDE)
        if file.prediction:
            show_symbol(wording.symbol(file.prediction), rem=3.5)
        with st.container(width="stretch", gap="xsmall"):
            st.text(name)
            if file.prediction:
                st.markdown(f"**{wording.headline(file.prediction)}** {wording.detail(file.prediction)}")
            if file.error:
                show_error(file.error)


def show_probabilities(prediction: Prediction | None) -> None:
    """The ten probabilities; without a prediction all are nothing, so that nothing moves when one comes."""
    probabilities = prediction.probabilities if prediction else (0.0,) * len(DIGITS)
    st.html(probability_bars(probabilities, prediction.digit if prediction else None))


def show_explanation(found: Explanation) -> None:
    """The way of an image to what the model saw, and what in that mattered."""
    st.markdown("**From your image to what the model saw**")
    with st.container(horizontal=True, gap="small"):
        for stage in found.stages:
            small = data_url(framed(stage.image, SHARPNESS * STAGE_SIDE))
            st.image(small, caption=stage.title, width=STAGE_SIDE, alt=stage.title)
    if found.saliency is not None and found.prediction.seen is not None:
        st.markdown("**What mattered**")
        image = enlarged(heat(found.prediction.seen, found.saliency), SHARPNESS * ANSWER_SIDE // SIDE)
        words = "Blue ink spoke for the answer; ink on orange would have spoken against it."
        with st.container(horizontal=True, vertical_alignment="center"):
            st.image(data_url(image), width=ANSWER_SIDE, alt=words)
            st.caption(words, width="content")


def show_history(kept: Sequence[PredictionRecord], *, timezone: str, key: str) -> int | None:
    """A table of kept predictions; what matters most stands in a phone's width. Returns the place of a selected row."""
    columns = st.column_config
    state = st.dataframe(
        {
            "Seen": [thumbnail(row.prediction) for row in kept],
            "Read": [wording.symbol(row.prediction) for row in kept],
            "Confidence": [wording.percent(row.prediction.confidence) for row in kept],
            "Judged": [wording.judgement(row) for row in kept],
            "Time": [row.timestamp for row in kept],
            "Verdict": [wording.verdict_word(row.prediction.verdict) for row in kept],
            "Number": [row.id for row in kept],
            "Source": [row.source.value.capitalize() for row in kept],
            "File": [row.file_name for row in kept],
        },
        hide_index=True,
        row_height=44,
        on_select="rerun",
        selection_mode="single-row",
        placeholder="",
        key=key,
        alt="Kept predictions, newest first",
        column_config={
            "Seen": columns.ImageColumn(width=58, help="What the model saw"),
            "Read": columns.TextColumn(width=56, alignment="center"),
            "Confidence": columns.TextColumn(width=96, alignment="right"),
            "Time": columns.DatetimeColumn(width=148, format="D MMM YYYY, HH:mm", timezone=timezone),
            "Verdict": columns.TextColumn(width=92),
            "Number": columns.NumberColumn(width=76, format="%d"),
            "Source": columns.TextColumn(width=80),
            "Judged": columns.TextColumn(width=92, help="What people say of it"),
        },
    )
    rows = state["selection"]["rows"]
    return rows[0] if rows else None


def show_gallery(kept: Sequence[PredictionRecord]) -> None:
    """What the model saw of many predictions, each with its number, which leads to it in full."""
    with st.container(horizontal=True, gap="small"):
        for row in kept:
            if row.prediction.seen is not None:
                with st.container(width=GALLERY_WIDTH, gap=None, horizontal_alignment="center"):
                    show_seen(row.prediction.seen, side=TABLE_SIDE)
                    show_way_to_prediction(row.id)


def show_way_to_prediction(number: int) -> None:
    """A link to a kept prediction in full."""
    st.page_link("app_pages/history.py", label=f"No. {number}", query_params={"prediction": str(number)})


def _answer_row() -> DeltaGenerator:
    """As tall with an answer as without, so that nothing moves when one comes."""
    return st.container(horizontal=True, vertical_alignment="center", gap="large", height=176, border=False)


def thumbnail(prediction: Prediction) -> str | None:
    """What the model saw, as small as in a table, in a data URL; None where there was no ink."""
    return None if prediction.seen is None else data_url(enlarged(prediction.seen, TABLE_SIDE // SIDE))
