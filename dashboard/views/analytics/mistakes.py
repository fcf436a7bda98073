"""The Mistakes view of the Analytics page: which digits are confused; a click on a square shows its images."""

from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard.components import wording
from dashboard.components.charts.shown import choose_marks
from dashboard.components.downloads import show_data
from dashboard.views.analytics import charts
from dashboard.views.analytics.chart_panel import UNLABELLED
from dashboard.views.analytics.questions import ask
from dashboard.views.analytics.rows import IMAGES, show_rows
from dashboard.views.analytics.splitting import choose_group
from hwr_core.app import NONE, HistoryFilter

COUNTS, SHARES = "Counts", "% of label"
"""What may stand in the cells of the matrix."""

FREQUENT = 5
"""Frequent mistakes that are shown, each with a few of its images."""
FEW = 8


def show_mistakes(selected: HistoryFilter, _: str) -> None:
    """The confusion matrix, the images of a clicked square, and the most frequent mistakes."""
    selected = choose_group(selected)
    table = ask("confusion", selected)
    if table.empty:
        st.caption(UNLABELLED)
        return
    st.subheader("Which digits are confused?")
    st.caption("Click a square to see its images. The darker a square, the larger its share of that label.")
    left, right = st.columns([5, 4], gap="medium")
    with left:
        figures = st.segmented_control(
            "Figures", [COUNTS, SHARES], default=COUNTS, required=True, key="figures", bind="query-params"
        )
        with st.container(width=charts.matrix_width(table)):
            points = choose_marks(
                charts.confusion(table, as_shares=figures == SHARES),
                key="confusion_matrix",
                alt="Confusion matrix of what was read against the label",
            )
    if points:
        with right:
            _show_cell(selected, points[0]["x"], points[0]["y"])
    show_data(table, "confusion", key="confusion")
    _show_frequent(selected)


def _show_frequent(selected: HistoryFilter) -> None:
    pairs = ask("confused_pairs", selected)
    if len(pairs):
        st.subheader("Most frequent mistakes")
        for pair in pairs.head(FREQUENT).itertuples():
            _show_cell(selected, pair.digit, pair.actual_digit, most=FEW)


def _show_cell(selected: HistoryFilter, read: str, label: str, *, most: int = IMAGES) -> None:
    cell = replace(selected, digit=_digit(read), actual_digit=_digit(label))
    words = f"Read as {wording.digit_in_words(read)}, labelled {wording.digit_in_words(label)}"
    show_rows(cell, words, key=f"mistakes_{most}", most=most)


def _digit(text: str) -> Any:
    return NONE if text == NONE else int(text)
