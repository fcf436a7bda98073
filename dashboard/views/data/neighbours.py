"""One image and those most like it, as the Data page shows them."""

from collections import Counter
from collections.abc import Sequence

import streamlit as st

from dashboard.components import wording
from dashboard.components.panels import ANSWER_SIDE, show_seen, show_symbol, show_way_to_prediction
from dashboard.components.progress import telling
from dashboard.services import workspace
from dashboard.views.data.grid import IMAGE, PART, PREDICTION, choose_number, described, show_grid
from dashboard.views.data.slices import NO_IMAGES, choose_part, choose_source, show_empty, slice_of
from hwr_core.app.exploration import Neighbour
from hwr_core.app.slices import KEPT, Digit, Shown
from hwr_core.datasets.samples import Part
from hwr_core.datasets.sources import CUSTOM
from hwr_core.recognition.types import NONE

SEARCHED = 1_000
"""Newest kept predictions among which neighbours are looked for: half a second the first time, and then no time."""
NEAREST = 24

AMONG = "among"


def show_neighbours(_: str) -> None:
    """One image, and those most like it for the model."""
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
    among_source = choose_source(key=AMONG, label="Look for its like among")
    among = _searched(among_source)
    with telling("Comparing the images") as hear:
        found = workspace().exploration.neighbours(one, among, most=NEAREST, on_progress=hear)
    st.subheader(
        "Most like it for the model",
        help="Compared by what the last layer of the model is given for each image (the cosine between both).",
    )
    if not found:
        st.caption("There are no other images to compare it with.")
        return
    st.caption(_vote(found))
    captions = {place: f"{wording.percent(each.similarity)} alike" for place, each in enumerate(found)}
    show_grid([each.shown for each in found], key="data_near", captions=captions, lead_to_history=True)


def _choose_prediction() -> Shown | None:
    newest = workspace().exploration.predictions(most=1)
    if not newest:
        return None
    return workspace().exploration.prediction(
        choose_number("Number of the prediction", PREDICTION, default=newest[0].number)
    )


def _choose_image(source: str) -> Shown | None:
    slice_ = slice_of(source, choose_part(source))
    if not slice_:
        return None
    return slice_[choose_number("Image", IMAGE, default=1, most=len(slice_)) - 1]


def _show_one(one: Shown) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="medium"):
        if one.prediction.seen is not None:
            show_seen(one.prediction.seen, side=ANSWER_SIDE)
        show_symbol(wording.symbol(one.prediction), rem=4)
        with st.container(width="stretch", gap=None):
            st.markdown(f"**{described(one)[:1].upper()}{described(one)[1:]}.**")
            if one.source == KEPT:
                show_way_to_prediction(one.number)


def _searched(source: str) -> Sequence[Shown]:
    if source == KEPT:
        return workspace().exploration.predictions(most=min(SEARCHED, workspace().settings.max_page))
    return slice_of(source, None if source == CUSTOM else Part(st.session_state.get(PART, Part.TEST)))


def _vote(found: Sequence[Neighbour]) -> str:
    """What the nearest are: as people say, else as they were read."""
    kinds = Counter(each.shown.read if each.shown.really is None else each.shown.really for each in found)
    most = kinds.most_common(3)
    words = [f"{count} {_shows(kind)}" for kind, count in most]
    return f"All of them {_shows(most[0][0])}." if len(kinds) == 1 else f"Of these {len(found)}: {', '.join(words)}."


def _shows(kind: Digit) -> str:
    return "show no digit" if kind == NONE else f"show {wording.a_digit(int(kind))}"
