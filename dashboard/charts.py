"""Data -> plotly figures. Knows no Streamlit."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.palette import ACCENT, QUIET
from hwr_core.records import DIGITS

WORTH_A_LABEL = 0.01


def probability_chart(probabilities: Sequence[float], digit: int | None) -> go.Figure:
    """Ten bars, the probability of each digit, the one that was read in colour."""
    figure = go.Figure(
        go.Bar(
            x=[str(each) for each in DIGITS],
            y=list(probabilities),
            text=[f"{share:.0%}" if share >= WORTH_A_LABEL else "" for share in probabilities],
            textposition="outside",
            textangle=0,
            cliponaxis=False,
            marker_color=[ACCENT if each == digit else QUIET for each in DIGITS],
        )
    )
    figure.update_layout(height=190, margin={"l": 0, "r": 0, "t": 24, "b": 0}, showlegend=False, bargap=0.25)
    figure.update_xaxes(type="category", fixedrange=True, title=None)
    figure.update_yaxes(range=[0, 1], visible=False, fixedrange=True)
    return figure
