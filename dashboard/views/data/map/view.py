"""The map of images: coloured by what was read or said of them, a part of it selected and shown below."""

from collections.abc import Hashable, Sequence
from functools import partial

import streamlit as st

from dashboard.components import wording
from dashboard.components.charts.shown import choose_area
from dashboard.components.filters import choose_filter, show_nothing_found
from dashboard.components.progress import progress_bar
from dashboard.services import on_phone, workspace
from dashboard.views.data.image_grid import show_pages
from dashboard.views.data.map.chart import map_figure
from dashboard.views.data.map.colouring import COLOURINGS, READ_AS
from dashboard.views.data.map.labels import just_changed, show_label_buttons, show_undo
from dashboard.views.data.map.state import MapState
from dashboard.views.data.map.table import show_table
from dashboard.views.data.slices import (
    NO_IMAGES,
    choose_source,
    choose_split,
    count_predictions,
    show_empty,
    slice_of,
)
from hwr_core.app import KEPT, HistoryFilter, Shown

MOST = 2_000
"""Predictions on a map: as many as can be compared, the first time, while somebody waits."""

STATE = "data_map"
"""Where the visitor's map stays while the page is run again."""

COLOUR = "colour"


def show_map(timezone: str) -> None:
    """The images of the history, or of a data set, as a map, and those selected on it."""
    left, right = st.columns(2)
    with left:
        source = choose_source()
    if source == KEPT:
        _show_predictions(timezone)
        return
    with right:
        part = choose_split(source)
    slice_ = slice_of(source, part)
    if not slice_:
        st.info(NO_IMAGES, icon=":material/filter_list:")
        return
    asked = (source, part, len(slice_), workspace().served_model().name)
    state = _state_of(asked) or _made(asked, slice_, len(slice_))
    _show(state, source)


def _show_predictions(timezone: str) -> None:
    if not count_predictions(HistoryFilter()):
        show_empty()
        return
    chosen = choose_filter(timezone)
    asked = (KEPT, chosen, workspace().served_model().name)
    state = _state_of(asked)  # first: it stays, also where labels given by it have left nothing for the filter
    if state is None:
        total = count_predictions(chosen)
        if not total:
            show_undo()
            show_nothing_found(chosen)
            return
        state = _made(asked, workspace().exploration.predictions(chosen, most=MOST), total)
    _renew(state)
    _show(state, KEPT)


def _state_of(asked: Hashable) -> MapState | None:
    state: MapState | None = st.session_state.get(STATE)
    return state if state is not None and state.asked == asked else None


def _made(asked: Hashable, slice_: Sequence[Shown], total: int) -> MapState:
    with progress_bar("Comparing the images") as move:
        found = workspace().exploration.mapped(slice_, move)
    st.session_state[STATE] = MapState(asked, found, len(slice_), total)
    state: MapState = st.session_state[STATE]
    return state


def _renew(state: MapState) -> None:
    """Ask for the labels of what is selected, or was just labelled: others may have done something meanwhile too."""
    asked = {*state.selected, *just_changed()}
    fresh = workspace().exploration.some([*asked])
    state.renew(fresh, gone=asked - {each.number for each in fresh})


def _show(state: MapState, source: str) -> None:
    _show_head(state, source)
    coloured_by = st.segmented_control(
        "Colour by", COLOURINGS, default=READ_AS, required=True, wrap=False, key=COLOUR, bind="query-params"
    )
    key = f"{STATE}_chart_{state.revision}"
    drawn = state.drawn_as(coloured_by, is_new=key not in st.session_state)
    choose_area(
        map_figure(state.map, coloured_by, selected=drawn, is_low=on_phone()),
        key=key,
        on_select=partial(_select, state, key),
        alt="Map of the images, those that the model finds alike near each other",
    )
    show_table(state, source)
    _show_selected(state, source)


def _show_head(state: MapState, source: str) -> None:
    count = len(state.map.shown)
    noun = "prediction" if source == KEPT else "image"
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.subheader(
            wording.counted(count, noun),
            help="The first two principal components of what the model's last layer receives for each image.",
        )
        if source == KEPT:
            st.button("Update", icon=":material/refresh:", key=f"{STATE}_update", on_click=_forget)
    left_out = f"The newest {state.taken:,} of {state.total:,} are shown. " if state.total > state.taken else ""
    st.caption(
        f"{left_out}Images that the model finds alike lie near each other; "
        f"{wording.percent(state.map.share)} of their differences can be seen. Draw a box or a lasso to select some."
    )


def _forget() -> None:
    st.session_state.pop(STATE, None)  # a second click finds none


def _select(state: MapState, key: str) -> None:
    points = st.session_state[key]["selection"]["points"]
    state.select(point["point_index"] for point in points if point["curve_number"] == 0)


def _show_selected(state: MapState, source: str) -> None:
    if source == KEPT:
        show_undo()
    if not state.selected:
        return
    chosen = {*state.selected}
    found = [each for each in state.map.shown if each.number in chosen]
    with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
        st.subheader(f"{wording.counted(len(found), 'image')} selected")
        st.button("Clear selection", icon=":material/close:", key=f"{STATE}_clear", on_click=state.clear)
    if source == KEPT:
        show_label_buttons(found)
    show_pages(found, key="data_map_grid", on_leave_out=lambda one: state.leave_out(one.number))
