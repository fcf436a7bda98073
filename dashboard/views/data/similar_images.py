"""One image and those that are most similar to it for the model."""

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from dashboard.components import wording
from dashboard.components.answer import ANSWER_SIDE, show_seen, show_symbol
from dashboard.components.links import PREDICTION, link_to_prediction, prediction_in_address
from dashboard.components.progress import progress_bar
from dashboard.services import workspace
from dashboard.views.data.image_grid import IMAGE, SPLIT, choose_number, described, show_grid
from dashboard.views.data.slices import NO_IMAGES, choose_source, choose_split, show_empty, slice_of
from hwr_core.app import CUSTOM, KEPT, NONE, Digit, Neighbour, Part, Shown

SEARCHED = 1_000
"""Newest predictions that are searched: half a second the first time, and then no time."""
NEAREST = 24

AMONG = "among"


def show_similar(_: str) -> None:
    """One image, and those that are most similar to it for the model."""
    left, right = st.columns(2)
    with left:
        source = choose_source()
    with right:
        one = _choose_prediction() if source == KEPT else _choose_image(source)
    if one is None and source == KEPT:
        show_empty()
        return
    if one is None:
        st.info(NO_IMAGES, icon=":material/filter_list:")
        return
    _show_one(one)
    among = _searched(choose_source(key=AMONG, label="Search in"))
    with progress_bar("Comparing the images") as move:
        found = workspace().exploration.neighbours(one, among, most=NEAREST, on_progress=move)
    st.subheader(
        "Most similar images",
        help="By the cosine similarity of what the model's last layer receives for each image.",
    )
    if not found:
        st.caption("There are no other images to compare it with.")
        return
    st.caption(_summary(found))
    captions = {place: f"{wording.percent(each.similarity)} similar" for place, each in enumerate(found)}
    show_grid([each.shown for each in found], key="data_near", captions=captions)


def _choose_prediction() -> Shown | None:
    newest = workspace().exploration.predictions(most=1)
    if not newest:
        return None
    prediction_id = choose_number("Prediction ID", PREDICTION, asked=prediction_in_address(), default=newest[0].number)
    return workspace().exploration.prediction(prediction_id)


def _choose_image(source: str) -> Shown | None:
    slice_ = slice_of(source, choose_split(source))
    if not slice_:
        return None
    return slice_[choose_number("Image", IMAGE, asked=st.query_params.get(IMAGE), default=1, most=len(slice_)) - 1]


def _show_one(one: Shown) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if one.prediction.seen is not None:
            show_seen(one.prediction.seen, side=ANSWER_SIDE)
        show_symbol(wording.symbol(one.prediction), rem=4)
        with st.container(width="stretch", gap=None):
            st.markdown(f"**{described(one)[:1].upper()}{described(one)[1:]}.**")
            if one.source == KEPT:
                link_to_prediction(one.number)


def _searched(source: str) -> Sequence[Shown]:
    if source == KEPT:
        return workspace().exploration.predictions(most=min(SEARCHED, workspace().settings.max_page))
    return slice_of(source, None if source == CUSTOM else Part(st.session_state.get(SPLIT, Part.TEST)))


def _summary(found: Sequence[Neighbour]) -> str:
    """What the nearest images show: by their labels, else as they were read."""
    kinds = Counter(each.shown.read if each.shown.really is None else each.shown.really for each in found)
    most = kinds.most_common(3)
    words = [f"{count} {'shows' if count == 1 else 'show'} {_shown(kind)}" for kind, count in most]
    return (
        f"All of them show {_shown(most[0][0])}." if len(kinds) == 1 else f"Of these {len(found)}, {', '.join(words)}."
    )


def _shown(kind: Digit) -> str:
    return "no digit" if kind == NONE else wording.a_digit(int(kind))
