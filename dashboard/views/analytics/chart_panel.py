"""A chart under the question that it answers."""

import plotly.graph_objects as go
import streamlit as st

from dashboard.components.charts.shown import choose_marks, show_figure
from dashboard.components.wording import NO_LABELS

UNLABELLED = f"{NO_LABELS}. Label some predictions on the Draw, History or Review page."

CLICK = "Click a mark to see its predictions."


def show_chart(question: str, figure: go.Figure, *, key: str) -> None:
    """Show a chart, its question as heading and as its description."""
    st.subheader(question)
    show_figure(figure, key=key, alt=question)


def show_marks(question: str, figure: go.Figure, *, key: str) -> dict[str, int] | None:
    """The same for a chart whose marks can be clicked: return `curve_number` and `point_index` of the one that was."""
    st.subheader(question)
    st.caption(CLICK)
    figure.update_layout(clickmode="event+select", dragmode=False)
    points = choose_marks(figure, key=key, alt=question)
    return points[0] if points else None
