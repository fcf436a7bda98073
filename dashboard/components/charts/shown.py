"""Plotly figures on a page: the one way to show them, and to learn which marks were selected."""

from collections.abc import Callable
from typing import Any, Literal

import plotly.graph_objects as go
import streamlit as st

CONFIG = {"displayModeBar": False}
TOOLS = {
    "displayModeBar": True,
    "modeBarButtonsToRemove": ["toImage", "zoomIn2d", "zoomOut2d", "autoScale2d"],
}
"""With the tools to draw a box or a lasso, to zoom, to move, and to see all again."""


def show_figure(figure: go.Figure, *, key: str, alt: str) -> None:
    """Show a figure; `alt` describes it to who cannot see it."""
    st.plotly_chart(with_all_labels(figure), key=key, config=CONFIG, alt=alt)


def choose_marks(
    figure: go.Figure, *, key: str, alt: str, on_select: Callable[[], None] | Literal["rerun"] = "rerun"
) -> list[dict[str, Any]]:
    """Show a figure whose marks can be clicked; return those that are selected, as plotly describes points."""
    state = st.plotly_chart(
        with_all_labels(figure), key=key, on_select=on_select, selection_mode="points", config=CONFIG, alt=alt
    )
    points: list[dict[str, Any]] = state["selection"]["points"]
    return points


def choose_area(figure: go.Figure, *, key: str, alt: str, on_select: Callable[[], None]) -> None:
    """Show a figure whose marks are selected by a box or a lasso, of which `on_select` finds them under the key."""
    st.plotly_chart(
        with_all_labels(figure),
        key=key,
        on_select=on_select,
        selection_mode=("points", "box", "lasso"),
        config=TOOLS,
        alt=alt,
    )


def with_all_labels(figure: go.Figure) -> go.Figure:
    """The figure, told to hide no label of an axis.

    By itself plotly.js hides those that reach beyond the figure while it still looks for the margins. Where these are
    all labels of an axis, such as the 0 and the 1 at its two ends, it then places the axis's title at "-Infinity".
    """
    figure.update_xaxes(ticklabeloverflow="allow")
    return figure.update_yaxes(ticklabeloverflow="allow")
