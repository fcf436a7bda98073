"""Slices of data: a chart of what was read, and the images behind any part of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.components import wording
from dashboard.components.charts.shown import choose_marks
from dashboard.components.downloads import show_data
from dashboard.components.filters import ALL, DIGIT_NAMES, OUTCOME, READ_AS, choose_filter, show_nothing_found
from dashboard.components.progress import progress_bar
from dashboard.services import workspace
from dashboard.views.data import charts
from dashboard.views.data.image_grid import SOURCE, SPLIT, show_pages
from hwr_core.app import CUSTOM, KEPT, SOURCES, Dimension, HistoryFilter, Part, Shown, about, confusion, matching

MOST = 400
"""Images of a slice: a data set's are read in one to three seconds."""

FRESH = timedelta(seconds=5)
CACHED = timedelta(hours=1)
SLICES = 12

NARROW = 150
"""Pixels of a control, of which two stand side by side on a phone."""

WORTH_A_LOOK = (CUSTOM, *(name for name, source in SOURCES.items() if source.place))
"""Data sets to begin with where there are no predictions: one's own, and those that are files."""

LABEL, READ, MISTAKES = "really", "read", "mistakes"
CELL, BARS = "data_cell", "data_bars"
NO_IMAGES = "There are no images in this split. Choose another one."


def choose_source(*, key: str = SOURCE, label: str = "Images from") -> str:
    """Show the sources of images and return the selected one: at first the history, unless it is empty."""
    sources = [KEPT, *workspace().exploration.data_sets()]
    first = (
        KEPT if count_predictions(HistoryFilter()) else next((name for name in WORTH_A_LOOK if name in sources), KEPT)
    )
    source: str = st.selectbox(
        label,
        sources,
        index=sources.index(first),
        format_func=_source_name,
        key=key,
        bind="query-params",
    )
    return source


def _source_name(source: str) -> str:
    return "Saved predictions" if source == KEPT else about(source)[:1].upper() + about(source)[1:]


def show_images(timezone: str) -> None:
    """A slice as a chart and as a grid; a click on the chart shows the images behind it."""
    left, right = st.columns(2)
    with left:
        source = choose_source()
    if source == KEPT:
        _show_predictions(timezone)
    else:
        _show_data_set(source, right)


def show_empty() -> None:
    """What to do where there are no predictions."""
    show_nothing_found(HistoryFilter())
    st.page_link("app_pages/training.py", label="Or add your own labelled images", icon=":material/add_a_photo:")


def _show_predictions(timezone: str) -> None:
    if not count_predictions(HistoryFilter()):
        show_empty()
        return
    selected = choose_filter(timezone)
    table = _breakdown(replace(selected, digit=None, labelled=None))
    if table.empty:
        show_nothing_found(selected)
        return
    st.subheader("What was read?")
    st.caption("Click a part of a bar to see its images; click it again to see all.")
    choose_marks(
        charts.read_bars(table),
        key=BARS,
        on_select=_select_bar,
        alt="Bars of what was read: correct, wrong and not labelled",
    )
    found = workspace().exploration.predictions(selected, most=min(MOST, workspace().settings.max_page))
    _show_slice(found, count_predictions(selected), "prediction", newest=True)
    show_data(table, "predictions by digit", key="data_kept")


def _select_bar() -> None:
    """Set the filters to what the clicked part of a bar stands for."""
    points = st.session_state[BARS]["selection"]["points"]
    st.session_state[READ_AS] = _name(points[0]["x"]) if points else ALL
    st.session_state[OUTCOME] = points[0]["customdata"][0] if points else ALL


def _show_data_set(source: str, place: DeltaGenerator) -> None:
    with place:
        part = choose_split(source)
    slice_ = slice_of(source, part)
    if not slice_:
        st.info(NO_IMAGES, icon=":material/filter_list:")
        return
    st.subheader("Which digits are confused?")
    st.caption("Click a square to see its images; click it again to see all.")
    table = charts.confusion_table(confusion(slice_))
    choose_marks(
        charts.small_confusion(table),
        key=CELL,
        on_select=_select_cell,
        alt="Confusion matrix of what was read against the label",
    )
    row = st.container(horizontal=True, vertical_alignment="bottom")
    label = DIGIT_NAMES[row.selectbox("Label", [*DIGIT_NAMES], key=LABEL, bind="query-params", width=NARROW)]
    read = DIGIT_NAMES[row.selectbox("Read as", [*DIGIT_NAMES], key=READ, bind="query-params", width=NARROW)]
    only_mistakes = row.toggle("Only mistakes", key=MISTAKES, bind="query-params")
    found = matching(slice_, really=label, read=read, only_mistakes=only_mistakes)
    _show_slice(found, len(found), "image", newest=False)
    show_data(table, f"confusion of {source}", key="data_set")


def choose_split(source: str) -> Part | None:
    """Show the splits and return the selected one; one's own images are few and shown without a split."""
    if source == CUSTOM:
        return None
    return Part(
        st.segmented_control(
            "Split",
            [*Part],
            default=Part.TEST,
            required=True,
            format_func=str.capitalize,
            key=SPLIT,
            bind="query-params",
            help="The model was trained on the training split and tuned on the validation split.",
        )
    )


def _select_cell() -> None:
    """Set the controls to what the clicked square stands for."""
    points = st.session_state[CELL]["selection"]["points"]
    st.session_state[LABEL] = _name(points[0]["y"]) if points else ALL
    st.session_state[READ] = _name(points[0]["x"]) if points else ALL


def _name(value: str) -> str:
    """What the filters call a value of a chart."""
    return next(name for name, digit in DIGIT_NAMES.items() if str(digit) == value)


def _show_slice(found: Sequence[Shown], total: int, noun: str, *, newest: bool) -> None:
    st.subheader(wording.counted(total, noun))
    if not found:
        st.caption("No images match.")
        return
    words = "Under each image: how it was read, and its label where that differs. Click it for similar images."
    st.caption(f"The newest {len(found):,} are shown. {words}" if newest and total > len(found) else words)
    show_pages(found, key="data_grid")


def slice_of(source: str, part: Part | None) -> list[Shown]:
    """Return images of a data set, read once by the served version; a bar shows how far that is."""
    cached = _cached(source, part, workspace().served_model().name, _own_images(source))
    if not cached:
        with progress_bar("Reading the images") as move:
            cached.append(workspace().exploration.images(source, part, most=MOST, on_progress=move))
    return cached[0]


@st.cache_resource(ttl=CACHED, max_entries=SLICES, show_spinner=False)
def _cached(source: str, part: Part | None, version: str, count: int) -> list[list[Shown]]:  # noqa: ARG001  the key
    """A cached list to be filled outside: a cached function can show no progress."""
    return []


def _own_images(source: str) -> int:
    """How many of one's own images there are, so that new ones are seen; the open data sets never change."""
    return sum(1 for _ in workspace().settings.custom_dataset.glob("*/*")) if source == CUSTOM else 0


@st.cache_data(ttl=FRESH, max_entries=100, show_spinner=False)
def count_predictions(selected: HistoryFilter) -> int:
    """How many predictions a filter lets through."""
    return workspace().history.count(selected)


@st.cache_data(ttl=FRESH, max_entries=100, show_spinner=False)
def _breakdown(selected: HistoryFilter) -> pd.DataFrame:
    return workspace().analytics.breakdown(selected, by=Dimension.DIGIT)
