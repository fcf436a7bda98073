"""The differences between arms -> a plotly chart. Knows no Streamlit."""

from collections.abc import Sequence

import plotly.graph_objects as go

from dashboard.components.palette import ACCENT, CONTRAST, QUIET
from hwr_core.app import ArmReport, Finding, Metric

SHARES = (Metric.ACCURACY, Metric.CORRECTIONS, Metric.REFUSALS)
"""The metrics that one axis can show together: points of a percentage."""

COLOURS = {Finding.BETTER: ACCENT, Finding.WORSE: CONTRAST}


def differences(arms: Sequence[ArmReport]) -> go.Figure:
    """Dots with always-valid intervals: how far each arm is from the first one, in points, a row a metric."""
    figure = go.Figure()
    figure.add_vline(x=0, line={"color": QUIET, "dash": "dot"})
    rows = [
        (f"{metric.value.capitalize()}<br>{arm.version}", arm, arm.differences[metric])
        for metric in SHARES
        for arm in arms
        if metric in arm.differences
    ]
    figure.add_scatter(
        x=[100 * found.value for _, _, found in rows],
        y=[name for name, _, _ in rows],
        mode="markers",
        marker={"color": [COLOURS.get(arm.finding, QUIET) for _, arm, _ in rows], "size": 9},
        error_x={
            "type": "data",
            "array": [100 * (found.high - found.value) for _, _, found in rows],
            "arrayminus": [100 * (found.value - found.low) for _, _, found in rows],
            "color": QUIET,
        },
        hovertemplate="%{x:+.1f} points<extra></extra>",
    )
    figure.update_xaxes(title="Points more than the first version", ticksuffix="")
    figure.update_yaxes(autorange="reversed", type="category")
    figure.update_layout(height=110 + 52 * len(rows), margin={"l": 0, "r": 0, "t": 12, "b": 0}, showlegend=False)
    return figure
