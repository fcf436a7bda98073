"""The figures of an evaluation -> plotly charts. Knows no Streamlit."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.components.palette import ACCENT, CONTRAST, QUIET
from hwr_core.app import Figures, RiskAtCoverage


def per_label(figures: Figures) -> go.Figure:
    """Dots with 95% intervals that show the accuracy for each label."""
    labels = {label: share for label, share in figures.per_label.items() if share.share is not None}
    shares = [share.share or 0.0 for share in labels.values()]
    figure = go.Figure(
        go.Scatter(
            x=[*labels],
            y=shares,
            mode="markers",
            marker={"color": ACCENT, "size": 9},
            error_y={
                "type": "data",
                "array": [(each.high or 0.0) - (each.share or 0.0) for each in labels.values()],
                "arrayminus": [(each.share or 0.0) - (each.low or 0.0) for each in labels.values()],
                "color": QUIET,
            },
            customdata=[(each.right, each.total) for each in labels.values()],
            hovertemplate="%{x}: %{y:.1%} correct (%{customdata[0]} of %{customdata[1]})<extra></extra>",
        )
    )
    figure.update_xaxes(type="category")
    figure.update_yaxes(tickformat=".1%", title="Accuracy")
    return _laid_out(figure)


def reliability(figures: Figures) -> go.Figure:
    """Dots against the diagonal that show whether confidence matches accuracy."""
    figure = go.Figure()
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line={"color": QUIET, "dash": "dot"}, hoverinfo="skip")
    figure.add_scatter(
        x=[each.confidence for each in figures.reliability],
        y=[each.accuracy for each in figures.reliability],
        mode="markers",
        marker={"color": CONTRAST, "size": 9},
        customdata=[each.answers for each in figures.reliability],
        hovertemplate="confidence %{x:.1%}, accuracy %{y:.1%} (%{customdata} answers)<extra></extra>",
    )
    figure.update_xaxes(tickformat=".0%", range=[0, 1.02], title="Confidence")
    figure.update_yaxes(tickformat=".0%", range=[0, 1.02], title="Accuracy")
    return _laid_out(figure)


def risk(points: Sequence[RiskAtCoverage]) -> go.Figure:
    """A line that shows how far the error rate falls when fewer images are answered."""
    figure = go.Figure(
        go.Scatter(
            x=[each.coverage for each in points],
            y=[each.risk for each in points],
            mode="lines+markers",
            line_color=ACCENT,
            customdata=[each.confidence for each in points],
            hovertemplate="%{x:.0%} answered: %{y:.2%} wrong, from confidence %{customdata:.2f}<extra></extra>",
        )
    )
    figure.update_xaxes(tickformat=".0%", range=[0, 1.02], title="Share answered")
    figure.update_yaxes(tickformat=".1%", title="Error rate", rangemode="tozero")
    return _laid_out(figure)


def _laid_out(figure: go.Figure) -> go.Figure:
    figure.update_layout(height=260, margin={"l": 0, "r": 0, "t": 12, "b": 0}, showlegend=False)
    return figure
