"""Tables of analytics -> plotly figures. Knows no Streamlit."""

from collections.abc import Iterable
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from dashboard.components.palette import ACCENT, BAND, CONTRAST, QUIET, shade, text_on
from hwr_core.app import DIGITS, NONE, Reliability

CELL = 30
"""Side of a matrix's cell in pixels."""


def predictions_over_time(table: pd.DataFrame) -> go.Figure:
    """Bars that show how many predictions there are."""
    figure = go.Figure(go.Bar(x=table["start"], y=table["predictions"], marker_color=ACCENT, name="Predictions"))
    return laid_out(figure, "Predictions")


def labelled(table: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table of which an accuracy is known, in their order."""
    return table[table["labelled"] > 0]


def accuracy_over_time(table: pd.DataFrame) -> go.Figure:
    """A line in its 95% band that shows whether accuracy is changing."""
    known = labelled(table)
    figure = go.Figure()
    figure.add_scatter(x=known["start"], y=known["high"], mode="lines", line_width=0, hoverinfo="skip")
    figure.add_scatter(
        x=known["start"], y=known["low"], mode="lines", line_width=0, fill="tonexty", fillcolor=BAND, hoverinfo="skip"
    )
    figure.add_scatter(
        x=known["start"],
        y=known["accuracy"],
        mode="lines+markers",
        line_color=ACCENT,
        customdata=known[["right", "labelled"]],
        hovertemplate="%{x}<br>%{y:.1%} correct (%{customdata[0]} of %{customdata[1]})<extra></extra>",
    )
    return shares(laid_out(figure, "Accuracy"))


def breakdown_predictions(table: pd.DataFrame) -> go.Figure:
    """Bars that show how many predictions there are of each kind."""
    figure = go.Figure(go.Bar(x=table["value"], y=table["predictions"], marker_color=ACCENT))
    figure.update_xaxes(type="category")
    return laid_out(figure, "Predictions")


def breakdown_accuracy(table: pd.DataFrame) -> go.Figure:
    """Dots with 95% intervals that show how accurate each kind is."""
    known = labelled(table)
    figure = go.Figure(
        go.Scatter(
            x=known["value"],
            y=known["accuracy"],
            mode="markers",
            marker={"color": ACCENT, "size": 10},
            error_y=_interval(known),
            customdata=known[["right", "labelled"]],
            hovertemplate="%{x}: %{y:.1%} correct (%{customdata[0]} of %{customdata[1]})<extra></extra>",
        )
    )
    figure.update_xaxes(type="category")
    return shares(laid_out(figure, "Accuracy"))


def confidence(table: pd.DataFrame) -> go.Figure:
    """Bars that show how confident the predictions are."""
    middle = (table["confidence_from"] + table["confidence_to"]) / 2
    figure = go.Figure(go.Bar(x=middle, y=table["predictions"], marker_color=ACCENT))
    figure.update_xaxes(tickformat=".0%", range=[0, 1], title="Confidence")
    figure.update_layout(bargap=0.05)
    return laid_out(figure, "Predictions")


def reliability(found: Reliability) -> go.Figure:
    """Dots against the diagonal that show whether confidence matches accuracy."""
    bins = found.bins
    figure = go.Figure()
    figure.add_scatter(x=[0, 1], y=[0, 1], mode="lines", line={"color": QUIET, "dash": "dot"}, hoverinfo="skip")
    figure.add_scatter(
        x=bins["confidence"],
        y=bins["accuracy"],
        mode="markers",
        marker={"color": CONTRAST, "size": 10},
        error_y=_interval(bins),
        customdata=bins[["predictions"]],
        hovertemplate="confidence %{x:.1%}, accuracy %{y:.1%} (%{customdata[0]} predictions)<extra></extra>",
    )
    figure.update_xaxes(tickformat=".0%", range=[0, 1.02], title="Confidence")
    return shares(laid_out(figure, "Accuracy"))


def confusion(table: pd.DataFrame, *, as_shares: bool = False) -> go.Figure:
    """A confusion matrix of square markers: a heat map's cells cannot be clicked in Streamlit, markers can.

    The figures are counts or, with `as_shares`, per cent of their row, that is of their label.
    """
    share = table["predictions"] / table.groupby("actual_digit")["predictions"].transform("sum")
    colours = [shade(each) for each in share]
    figure = go.Figure(
        go.Scatter(
            x=table["digit"],
            y=table["actual_digit"],
            mode="markers+text",
            text=[_percent(each) for each in share] if as_shares else table["predictions"],
            textfont={"size": 11, "color": [text_on(colour) for colour in colours]},
            customdata=[
                [f"{count} of this label, {_percent(each)}%"]
                for count, each in zip(table["predictions"], share, strict=True)
            ],
            marker={"symbol": "square", "size": CELL, "color": colours, "line": {"width": 1, "color": QUIET}},
            selected={"marker": {"color": CONTRAST}, "textfont": {"color": text_on(CONTRAST)}},
            unselected={"marker": {"opacity": 1}},
            hovertemplate="read as %{x}, labelled %{y}: %{customdata[0]}<extra></extra>",
        )
    )
    values = values_in(table["digit"], table["actual_digit"])
    ends = [-0.6, len(values) - 0.4]
    figure.update_xaxes(type="category", categoryarray=values, range=ends, title="Read as", fixedrange=True)
    figure.update_yaxes(type="category", categoryarray=values[::-1], range=ends, fixedrange=True)
    figure = laid_out(figure, "Label")
    figure.update_layout(height=(len(values) + 2) * (CELL + 6), clickmode="event+select", dragmode=False)
    return figure


def values_in(*columns: Iterable[str]) -> list[str]:
    """0 to 9, the larger values of numerals that are in some columns, and none: the order of an axis of digits."""
    found = {value for column in columns for value in column}
    larger = sorted((value for value in found if value.isdecimal() and int(value) not in DIGITS), key=int)
    return [*map(str, DIGITS), *larger, NONE]


def latency(table: pd.DataFrame) -> go.Figure:
    """Bars in groups that show how long a prediction takes."""
    figure = go.Figure()
    for place, colour, words in (
        ("p50", ACCENT, "median"),
        ("p95", QUIET, "95th percentile"),
        ("p99", CONTRAST, "99th percentile"),
    ):
        figure.add_bar(x=table["stage"], y=table[place] * 1000, name=words, marker_color=colour)
    figure = laid_out(figure, "Milliseconds")
    figure.update_layout(showlegend=True, legend={"orientation": "h", "y": 1.12, "x": 0})
    return figure


def matrix_width(table: pd.DataFrame) -> int:
    """How wide a matrix is whose cells stand as close side by side as one above the other, in pixels."""
    return (len(values_in(table["digit"], table["actual_digit"])) + 2) * (CELL + 6)


def _percent(share: float) -> str:
    """A share in whole per cent without the sign, "<1" for less than one."""
    return "<1" if 0 < share < 0.005 else f"{share:.0%}".removesuffix("%")


def _interval(table: pd.DataFrame) -> dict[str, Any]:
    """The 95% interval of each accuracy as error bars."""
    return {
        "type": "data",
        "array": table["high"] - table["accuracy"],
        "arrayminus": table["accuracy"] - table["low"],
        "color": QUIET,
    }


def laid_out(figure: go.Figure, title: str) -> go.Figure:
    """The chart as all of the page are laid out, its vertical axis with a title."""
    figure.update_layout(height=320, margin={"l": 0, "r": 0, "t": 12, "b": 0}, showlegend=False)
    figure.update_yaxes(title=title, rangemode="tozero")
    return figure


def shares(figure: go.Figure) -> go.Figure:
    """The chart with a vertical axis from 0 to 100%."""
    figure.update_yaxes(tickformat=".0%", range=[0, 1.02])
    return figure
