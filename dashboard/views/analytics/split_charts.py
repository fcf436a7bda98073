"""Figures split by user, source, digit or version -> plotly figures, a colour for each. Knows no Streamlit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.components.palette import QUIET, SERIES
from dashboard.views.analytics.charts import labelled, laid_out, shares
from hwr_core.app import HistoryFilter, Reliability

Tables = Mapping[str, pd.DataFrame]
"""The tables of the groups by their names."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart over time."""

    name: str
    """Empty for the only one."""
    table: pd.DataFrame
    chosen: HistoryFilter
    colour: int = 0
    """Its place among the colours; the period before has that of the present one."""
    is_earlier: bool = False


def predictions_by_period(series: Sequence[Series]) -> go.Figure:
    """A line for each group that shows how many predictions there are, dotted for the period before."""
    figure = go.Figure()
    for each in series:
        figure.add_scatter(x=each.table["start"], y=each.table["predictions"], **_line(each))
    return _with_legend(laid_out(figure, "Predictions"))


def accuracy_by_period(series: Sequence[Series]) -> go.Figure:
    """A line for each group that shows whether its accuracy is changing, dotted for the period before."""
    figure = go.Figure()
    for each in series:
        known = labelled(each.table)
        figure.add_scatter(x=known["start"], y=known["accuracy"], **_line(each), **_counts(known))
    return _with_legend(shares(laid_out(figure, "Accuracy")))


def kinds_predictions(tables: Tables) -> go.Figure:
    """Bars in groups that show how many predictions there are of each kind."""
    figure = go.Figure()
    for place, (name, table) in enumerate(tables.items()):
        figure.add_bar(x=table["value"], y=table["predictions"], name=escape(name), marker_color=_colour(place))
    figure.update_xaxes(type="category")
    return _with_legend(laid_out(figure, "Predictions"))


def kinds_accuracy(tables: Tables) -> go.Figure:
    """Dots side by side with 95% intervals that show how accurate each kind is."""
    figure = go.Figure()
    for place, (name, table) in enumerate(tables.items()):
        known = labelled(table)
        figure.add_scatter(
            x=known["value"],
            y=known["accuracy"],
            mode="markers",
            name=escape(name),
            offsetgroup=str(place),
            marker={"color": _colour(place), "size": 9},
            error_y={
                "type": "data",
                "array": known["high"] - known["accuracy"],
                "arrayminus": known["accuracy"] - known["low"],
                "color": _colour(place),
                "thickness": 1,
            },
            **_counts(known),
        )
    figure.update_layout(scattermode="group")
    figure.update_xaxes(type="category")
    return _with_legend(shares(laid_out(figure, "Accuracy")))


def confidences(tables: Tables) -> go.Figure:
    """A line for each group that shows which share of its predictions has which confidence."""
    figure = go.Figure()
    for place, (name, table) in enumerate(tables.items()):
        total = max(int(table["predictions"].sum()), 1)
        figure.add_scatter(
            x=(table["confidence_from"] + table["confidence_to"]) / 2,
            y=table["predictions"] / total,
            mode="lines+markers",  # marks can be clicked
            marker={"size": 5},
            line={"color": _colour(place), "shape": "hvh"},
            name=escape(name),
            customdata=table[["predictions"]],
            hovertemplate="%{y:.1%} (%{customdata[0]})",
        )
    figure.update_xaxes(tickformat=".0%", range=[0, 1], title="Confidence")
    figure = _with_legend(laid_out(figure, "Share of predictions"))
    figure.update_yaxes(tickformat=".0%")
    return figure


def reliabilities(found: Mapping[str, Reliability]) -> go.Figure:
    """Dots of each group against the diagonal that show whether its confidence matches its accuracy."""
    figure = go.Figure()
    figure.add_scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": QUIET, "dash": "dot"}, hoverinfo="skip", showlegend=False
    )
    for place, (name, each) in enumerate(found.items()):
        figure.add_scatter(
            x=each.bins["confidence"],
            y=each.bins["accuracy"],
            mode="lines+markers",
            name=escape(name),
            line={"color": _colour(place), "width": 1},
            marker={"size": 9},
            customdata=each.bins[["predictions"]],
            hovertemplate="confidence %{x:.1%}, accuracy %{y:.1%} (%{customdata[0]} predictions)",
        )
    figure.update_xaxes(tickformat=".0%", range=[0, 1.02], title="Confidence")
    return _with_legend(shares(laid_out(figure, "Accuracy")))


def latencies(tables: Tables) -> go.Figure:
    """Bars in groups that show how long half of the predictions of each group take at most."""
    figure = go.Figure()
    for place, (name, table) in enumerate(tables.items()):
        figure.add_bar(x=table["stage"], y=table["p50"] * 1000, name=escape(name), marker_color=_colour(place))
    return _with_legend(laid_out(figure, "Milliseconds (median)"))


def _line(series: Series) -> dict[str, Any]:
    return {
        "name": escape(series.name),
        "mode": "lines" if series.is_earlier else "lines+markers",
        "line": {"color": _colour(series.colour), "dash": "dot" if series.is_earlier else "solid"},
    }


def _colour(place: int) -> str:
    return SERIES[place % len(SERIES)]


def _counts(known: pd.DataFrame) -> dict[str, Any]:
    """What is said of an accuracy under the pointer."""
    return {
        "customdata": known[["right", "labelled"]],
        "hovertemplate": "%{x}: %{y:.1%} correct (%{customdata[0]} of %{customdata[1]})",
    }


def _with_legend(figure: go.Figure) -> go.Figure:
    named = any(trace.name for trace in figure.data)
    figure.update_layout(showlegend=named, legend={"orientation": "h", "y": 1.02, "x": 0, "yanchor": "bottom"})
    return figure
