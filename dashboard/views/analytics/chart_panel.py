"""A chart under the question that it answers."""

import plotly.graph_objects as go
import streamlit as st

from dashboard.components.wording import NO_LABELS

UNLABELLED = f"{NO_LABELS}. Label some predictions on the Draw, History or Review page."


def show_chart(question: str, figure: go.Figure, *, key: str) -> None:
    """Show a chart, its question as heading and as its description."""
    st.subheader(question)
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=question)
