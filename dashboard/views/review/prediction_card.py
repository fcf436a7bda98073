"""The prediction under review: its image, what the model saw, and what it was read as."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components import wording
from dashboard.components.answer import TABLE_SIDE, show_seen, show_symbol
from dashboard.components.messages import show_error
from dashboard.components.upload_preview import upload_preview
from hwr_core.app import Prediction, PredictionRecord, Waiting
from hwr_core.errors import HwrError

LARGE, SMALL = 224, 84
"""Sides of the images in pixels: whole multiples of the 28 that the model sees."""
BESIDE = 112
"""Width of what stands beside the large image; both fit a phone."""
HEIGHT = 244
"""Of both, so that nothing moves from one prediction to the next."""
SHOWN = 3
"""Candidates named, if they are probable enough."""
WORTH_NAMING = 0.01


def show_prediction_card(waiting: Waiting) -> None:
    """The image, large, and the answer beside it."""
    with st.container(horizontal=True, gap="small", height=HEIGHT, border=False):
        _show_image(waiting.kept)
        with st.container(width=BESIDE, gap="xsmall"):
            _show_answer(waiting)


def show_following(following: Sequence[Waiting]) -> None:
    """What comes next, small, with what each was read as: keys may be pressed for these already."""
    if not following:
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption("Next", width="content")
        for waiting in following:
            prediction = waiting.kept.prediction
            if prediction.seen is not None:
                with st.container(width=TABLE_SIDE, gap=None, horizontal_alignment="center"):
                    show_seen(prediction.seen, side=TABLE_SIDE)
                    st.caption(wording.symbol(prediction), width="content")


def prepare_image(record: PredictionRecord) -> None:
    """Load the upload of a prediction before it is shown. Raises HwrError."""
    upload_preview(record)


def _show_image(record: PredictionRecord) -> None:
    """The uploaded image; what the model saw of it where the file is gone."""
    seen = record.prediction.seen
    assert seen is not None  # blank images are not stored
    upload = None
    try:
        upload = upload_preview(record)
    except HwrError as error:
        show_error(error)
    if upload is None:
        show_seen(seen, side=LARGE)
    else:
        st.image(upload.url, width=upload.width_within(LARGE), alt="The uploaded image")


def _show_answer(waiting: Waiting) -> None:
    """What the model saw and read, and what the challenger reads where that differs."""
    prediction = waiting.kept.prediction
    if waiting.kept.upload is not None and prediction.seen is not None:
        show_seen(prediction.seen, side=SMALL)
    show_symbol(wording.symbol(prediction), rem=3)
    st.caption(_candidates(prediction, most=1 if waiting.second else SHOWN))
    if waiting.second:
        st.markdown(f"Challenger  \n**{wording.in_script(waiting.second.digit, prediction.script)}**")


def _candidates(prediction: Prediction, *, most: int) -> str:
    """The most probable digits, one below the other."""
    if not prediction.verdict.names_a_digit:
        return f"Not a digit, most like {wording.in_script(prediction.candidates[0].digit, prediction.script)}"
    return "  \n".join(
        f"{wording.written(each.digit, prediction.script)}: {wording.percent(each.probability)}"
        for each in prediction.candidates[:most]
        if each.probability >= WORTH_NAMING
    )
