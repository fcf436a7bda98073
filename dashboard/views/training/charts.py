"""The events of jobs -> plotly figures. Knows no Streamlit."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from dashboard.components.palette import ACCENT, CONTRAST, QUIET, SERIES
from hwr_core.app import JobEvent, JobEventKind

MOST_POINTS, MOST_TICKS = 500, 12
BY_POWERS = ("learning_rate", "weight_decay")

Curves = Mapping[str, Sequence[JobEvent]]
"""The events of jobs by the names they are shown under."""


def loss(events: Sequence[JobEvent]) -> go.Figure:
    """Lines that show whether the loss is still falling, in training and in validation."""
    return _curves(events, "loss", "Loss")


def accuracy(events: Sequence[JobEvent]) -> go.Figure:
    """Lines that show the accuracy in training and in validation."""
    return _in_percent(_curves(events, "accuracy", "Accuracy"))


def _curves(events: Sequence[JobEvent], metric: str, title: str) -> go.Figure:
    """The metric in training, batch by batch, and in validation, epoch by epoch."""
    figure = go.Figure()
    batches, epochs = _table(events, JobEventKind.BATCH), _table(events, JobEventKind.EPOCH)
    batches = batches.iloc[:: len(batches) // MOST_POINTS + 1]  # the page is sent it anew each second
    if len(batches):
        at = batches["epoch"] - 1 + batches["batch"] / batches["batches"]
        figure.add_scatter(x=at, y=batches[metric], mode="lines", name="training", line_color=ACCENT)
    if len(epochs):
        figure.add_scatter(
            x=epochs["epoch"], y=epochs[f"val_{metric}"], mode="lines+markers", name="validation", line_color=CONTRAST
        )
    return _laid_out(figure, title)


def compared(curves: Curves) -> go.Figure:
    """A line for each job that shows which one reads new writers best, and how soon."""
    figure = go.Figure()
    for place, (name, events) in enumerate(curves.items()):
        epochs = _table(events, JobEventKind.EPOCH)
        if len(epochs):
            figure.add_scatter(
                x=epochs["epoch"],
                y=epochs["val_accuracy"],
                mode="lines+markers",
                name=name,
                line_color=SERIES[place % len(SERIES)],
            )
    return _in_percent(_laid_out(figure, "Validation accuracy"))


def trials(events: Sequence[JobEvent]) -> go.Figure:
    """Dots and the best so far, which show whether the search is still improving."""
    table = _trials(events)
    ended = table[table["value"].notna()]
    figure = go.Figure()
    figure.add_scatter(
        x=ended["number"], y=ended["value"], mode="markers", name="trial", marker={"color": ACCENT, "size": 9}
    )
    figure.add_scatter(
        x=ended["number"], y=ended["value"].cummax(), mode="lines", name="best so far", line_color=CONTRAST
    )
    figure = _in_percent(_laid_out(figure, "Validation accuracy"))
    figure.update_xaxes(title="Trial")
    return figure


def parallel(events: Sequence[JobEvent]) -> go.Figure:
    """A line through the values of each trial, which shows what the best trials have in common."""
    table = _trials(events)
    ended = table[table["value"].notna()]
    values = pd.DataFrame(ended["params"].tolist())
    dimensions = [_dimension(name, values[name].astype(float)) for name in values]
    dimensions.append({"label": "accuracy", "values": ended["value"], "tickformat": ".1%"})
    figure = go.Figure(
        go.Parcoords(
            line={"color": ended["value"], "colorscale": [(0.0, QUIET), (1.0, ACCENT)]},
            dimensions=dimensions,
            labelfont={"size": 11},
            labelangle=-30,  # names side by side would run into each other where there are many, or on a phone
        )
    )
    figure.update_layout(height=400, margin={"l": 48, "r": 56, "t": 96, "b": 24})
    return figure


def _dimension(name: str, values: "pd.Series[float]") -> dict[str, Any]:
    """An axis of parallel coordinates; a value searched on a logarithmic scale is shown on one."""
    words = name.replace("_", " ")
    if name not in BY_POWERS:
        return {"label": words, "values": values, "tickformat": ".3~g"}
    powers = np.log10(values)
    ticks = [*range(math.floor(powers.min()), math.ceil(powers.max()) + 1)]
    return {
        "label": words,
        "values": powers,
        "range": (ticks[0], ticks[-1]),  # else the axis reaches beyond the others, through its own name
        "tickvals": ticks,
        "ticktext": [f"1e{tick}" for tick in ticks],
    }


def importance(events: Sequence[JobEvent]) -> go.Figure | None:
    """Bars that show which values matter most; None while there are too few trials to tell."""
    told = [event for event in events if event.kind is JobEventKind.IMPORTANCE]
    if not told:
        return None
    shares = dict(sorted(told[-1].data["importance"].items(), key=lambda pair: pair[1]))
    names = [name.replace("_", " ") for name in shares]
    figure = go.Figure(go.Bar(x=[*shares.values()], y=names, orientation="h", marker_color=ACCENT))
    figure.update_xaxes(tickformat=".0%", title="Importance")
    figure.update_layout(height=280, margin={"l": 0, "r": 0, "t": 12, "b": 0}, showlegend=False)
    return figure


def _table(events: Sequence[JobEvent], kind: JobEventKind) -> pd.DataFrame:
    return pd.DataFrame([dict(event.data) for event in events if event.kind is kind])


def _trials(events: Sequence[JobEvent]) -> pd.DataFrame:
    rows: list[dict[str, Any]] = [dict(event.data) for event in events if event.kind is JobEventKind.TRIAL]
    return pd.DataFrame(rows, columns=["number", "state", "value", "epochs", "params", "seconds"])


def _laid_out(figure: go.Figure, title: str) -> go.Figure:
    figure.update_layout(
        height=280,
        margin={"l": 0, "r": 0, "t": 12, "b": 0},
        showlegend=True,
        legend={"orientation": "h", "y": 1.14, "x": 0},
        uirevision=title,
    )
    figure.update_xaxes(title="Epoch", rangemode="tozero")
    last = max((max(trace.x, default=0) for trace in figure.data), default=0)
    if last >= 1:  # in less than an epoch that would be the tick at 0 alone
        figure.update_xaxes(dtick=math.ceil(last / MOST_TICKS))  # no half epochs
    figure.update_yaxes(title=title)
    return figure


def _in_percent(figure: go.Figure) -> go.Figure:
    figure.update_yaxes(tickformat=".1%", rangemode="nonnegative", autorangeoptions={"maxallowed": 1.005})
    return figure
