"""A chart under the question that it answers."""

import plotly.graph_objects as go
import streamlit as st

from dashboard.components.charts.shown import show_figure


def show_chart(question: str, figure: go.Figure, *, key: str) -> None:
    """Show a chart, its question above it and as its description."""
    st.markdown(f"**{question}**")
    show_figure(figure, key=key, alt=question)
