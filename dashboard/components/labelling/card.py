"""The image to be labelled, large, with what was read beside it, and below it those that come next."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components import wording
from dashboard.components.answer import TABLE_SIDE, show_seen, show_symbol
from dashboard.components.upload_preview import UploadPreview
from dashboard.services import on_phone
from hwr_core.app import Prediction

LARGE, LARGE_ON_PHONE, SMALL = 224, 196, 84
"""Sides of the images in pixels: whole multiples of the 28 that the model sees."""
BESIDE = 112
"""Width of what stands beside the large image; both fit a phone of 360."""
HEIGHT = 244
"""Of both, so that nothing moves from one image to the next."""
SHOWN = 3
"""Candidates named, if they are probable enough."""
WORTH_NAMING = 0.01


def show_card(prediction: Prediction, upload: UploadPreview | None, *, second: Prediction | None = None) -> None:
    """The upload, or what the model saw where that is gone, and the answer; `second` is the challenger's."""
    assert prediction.seen is not None  # blank images are not labelled
    large = LARGE_ON_PHONE if on_phone() else LARGE
    with st.container(horizontal=True, gap="small", height=HEIGHT, border=False):
        if upload is None:
            show_seen(prediction.seen, side=large)
        else:
            st.image(upload.url, width=upload.width_within(large), alt="The uploaded image")
        with st.container(width=BESIDE, gap="xsmall"):
            if upload is not None:
                show_seen(prediction.seen, side=SMALL)
            show_symbol(wording.symbol(prediction), rem=3)
            st.caption(_candidates(prediction, most=1 if second else SHOWN))
            if second:
                st.markdown(f"Challenger  \n**{wording.in_script(second.digit, prediction.script)}**")


def show_following(following: Sequence[Prediction]) -> None:
    """What comes next, small, with what each was read as: keys may be pressed for these already."""
    if not following:
        return
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        st.caption("Next", width="content")
        for prediction in following:
            if prediction.seen is not None:
                with st.container(width=TABLE_SIDE, gap=None, horizontal_alignment="center"):
                    show_seen(prediction.seen, side=TABLE_SIDE)
                    st.caption(wording.symbol(prediction), width="content")


def _candidates(prediction: Prediction, *, most: int) -> str:
    """The most probable digits, one below the other."""
    if not prediction.verdict.names_a_digit:
        return f"Not a digit, most like {wording.in_script(prediction.candidates[0].digit, prediction.script)}"
    return "  \n".join(
        f"{wording.written(each.digit, prediction.script)}: {wording.percent(each.probability)}"
        for each in prediction.candidates[:most]
        if each.probability >= WORTH_NAMING
    )
