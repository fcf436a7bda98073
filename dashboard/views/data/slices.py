"""Slices of data as the Data page shows them: a chart of what was read, and the images behind any part of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.components import wording
from dashboard.components.downloads import offer_table
from dashboard.components.filters import ALL, DIGIT_NAMES, choose_predictions
from dashboard.components.progress import telling
from dashboard.services import workspace
from dashboard.views.data import charts
from dashboard.views.data.grid import FROM, PART, show_pages
from hwr_core.analytics.breakdown import Dimension
from hwr_core.app.exploration import KEPT, Shown, about, confusion, matching
from hwr_core.datasets.samples import Part
from hwr_core.datasets.sources import CUSTOM, SOURCES
from hwr_core.records.filters import HistoryFilter

MOST = 400
"""Images of a slice: a data set's are read in one to three seconds."""

FRESH = timedelta(seconds=5)
REMEMBERED = timedelta(hours=1)
SLICES = 12

NARROW = 150
"""Pixels of a choice, of which two stand side by side on a phone."""

WORTH_A_LOOK = (CUSTOM, *(name for name, source in SOURCES.items() if source.place))
"""Data sets to begin with where nothing was kept: one's own, and those that are files."""

REALLY, READ, MISTAKES = "really", "read", "mistakes"
CELL, BARS = "data_cell", "data_bars"
NO_IMAGES = "There are no images in this part. Choose another one."
EMPTY = "Nothing has been kept yet. Draw a digit or upload an image, and press Keep."


def choose_source(*, key: str = FROM, label: str = "Images from") -> str:
    """Show what there is to look at and return what was chosen: at first the history, if anything lies in it."""
    sources = [KEPT, *workspace().exploration.data_sets()]
    first = KEPT if _count(HistoryFilter()) else next((name for name in WORTH_A_LOOK if name in sources), KEPT)
    chosen: str = st.selectbox(
        label,
        sources,
        index=sources.index(first),
        format_func=lambda name: about(name)[:1].upper() + about(name)[1:],
        key=key,
        bind="query-params",
    )
    return chosen


def show_images(timezone: str) -> None:
    """A slice as a chart and as a grid; a click on the chart shows the images behind it."""
    left, right = st.columns(2)
    with left:
        source = choose_source()
    if source == KEPT:
        _show_kept(timezone)
    else:
        _show_data_set(source, right)


def show_empty() -> None:
    """What to do where nothing has been kept."""
    st.info(EMPTY, icon=":material/bookmark_add:")
    st.page_link("app_pages/draw.py", label="Draw a digit", icon=":material/draw:")
    st.page_link("app_pages/training.py", label="Or add your own labelled images", icon=":material/add_a_photo:")


def _show_kept(timezone: str) -> None:
    if not _count(HistoryFilter()):
        show_empty()
        return
    chosen = choose_predictions(timezone)
    table = _breakdown(replace(chosen, digit=None, labelled=None))
    if table.empty:
        st.info("There are no such predictions. Choose a longer time or other filters.", icon=":material/filter_list:")
        return
    st.subheader("What is read?")
    st.caption("Click a part of a bar to see its images, and once more to see all again.")
    st.plotly_chart(
        charts.read_bars(table),
        key=BARS,
        on_select=_choose_bar,
        selection_mode="points",
        config={"displayModeBar": False},
        alt="Bars of what was read: right, wrong and not judged",
    )
    found = workspace().exploration.predictions(chosen, most=min(MOST, workspace().settings.max_page))
    _show_slice(found, _count(chosen), "prediction", newest=True)
    offer_table(table, "predictions by digit", key="data_kept")


def _choose_bar() -> None:
    """Let the filters say what the bar stands for that was clicked."""
    points = st.session_state[BARS]["selection"]["points"]
    st.session_state["digit"] = _name(points[0]["x"]) if points else ALL
    st.session_state["judged"] = points[0]["customdata"][0] if points else ALL


def _show_data_set(source: str, place: DeltaGenerator) -> None:
    with place:
        part = choose_part(source)
    slice_ = slice_of(source, part)
    if not slice_:
        st.info(NO_IMAGES, icon=":material/filter_list:")
        return
    st.subheader("What is taken for what?")
    st.caption("Click a square to see its images, and once more to see all again.")
    table = charts.confusion_table(confusion(slice_))
    st.plotly_chart(
        charts.small_confusion(table),
        key=CELL,
        on_select=_choose_cell,
        selection_mode="points",
        config={"displayModeBar": False},
        alt="Matrix of what was read against what it really is",
    )
    row = st.container(horizontal=True, vertical_alignment="bottom")
    really = DIGIT_NAMES[row.selectbox("Really", [*DIGIT_NAMES], key=REALLY, bind="query-params", width=NARROW)]
    read = DIGIT_NAMES[row.selectbox("Read as", [*DIGIT_NAMES], key=READ, bind="query-params", width=NARROW)]
    only_mistakes = row.toggle("Only mistakes", key=MISTAKES, bind="query-params")
    found = matching(slice_, really=really, read=read, only_mistakes=only_mistakes)
    _show_slice(found, len(found), "image", newest=False)
    offer_table(table, f"confusion of {source}", key="data_set")


def choose_part(source: str) -> Part | None:
    """One's own images are few: all parts of them are shown together."""
    if source == CUSTOM:
        return None
    return Part(
        st.segmented_control(
            "Part",
            [*Part],
            default=Part.TEST,
            required=True,
            format_func=str.capitalize,
            key=PART,
            bind="query-params",
            help="The model learned from the training part, and was adjusted on the validation part.",
        )
    )


def _choose_cell() -> None:
    """Let the filters say what the square stands for that was clicked."""
    points = st.session_state[CELL]["selection"]["points"]
    st.session_state[REALLY] = _name(points[0]["y"]) if points else ALL
    st.session_state[READ] = _name(points[0]["x"]) if points else ALL


def _name(value: str) -> str:
    """What the filters call a value of a chart."""
    return next(name for name, digit in DIGIT_NAMES.items() if str(digit) == value)


def _show_slice(found: Sequence[Shown], total: int, noun: str, *, newest: bool) -> None:
    st.subheader(wording.counted(total, noun))
    if not found:
        st.caption("None are like that.")
        return
    words = "Under each image: how it was read, and what it really is where that differs. Click that to see its like."
    st.caption(f"The newest {len(found)}. {words}" if newest and total > len(found) else words)
    show_pages(found, key="data_grid")


def slice_of(source: str, part: Part | None) -> list[Shown]:
    """Return images of a data set, read once by the served version; a bar tells how far that is."""
    held = _held(source, part, workspace().served_model().name, _own_images(source))
    if not held:
        with telling("Reading the images") as hear:
            held.append(workspace().exploration.images(source, part, most=MOST, on_progress=hear))
    return held[0]


@st.cache_resource(ttl=REMEMBERED, max_entries=SLICES, show_spinner=False)
def _held(source: str, part: Part | None, version: str, count: int) -> list[list[Shown]]:  # noqa: ARG001  the key
    """A place for one slice, filled outside: a cached function can show no progress."""
    return []


def _own_images(source: str) -> int:
    """How many of one's own images there are, so that new ones are seen; the open data sets never change."""
    return sum(1 for _ in workspace().settings.custom_dataset.glob("*/*")) if source == CUSTOM else 0


@st.cache_data(ttl=FRESH, max_entries=100, show_spinner=False)
def _count(chosen: HistoryFilter) -> int:
    return workspace().history.count(chosen)


@st.cache_data(ttl=FRESH, max_entries=100, show_spinner=False)
def _breakdown(chosen: HistoryFilter) -> pd.DataFrame:
    return workspace().analytics.breakdown(chosen, by=Dimension.DIGIT)
