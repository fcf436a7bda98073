"""Slices of data and drift -> plotly figures. Knows no Streamlit."""

from collections import Counter
from collections.abc import Sequence
from itertools import pairwise

import pandas as pd
import plotly.graph_objects as go

from dashboard.components.palette import ACCENT, CONTRAST, QUIET
from dashboard.components.wording import CORRECT, NOT_LABELLED, WRONG
from dashboard.views.analytics.charts import confusion, values_in
from hwr_core.app import DIGITS, EDGES, NONE, Digit, Feature, Shift

CELL = 22
"""Side of a matrix's cell in pixels."""

OUTCOMES = {CORRECT: ACCENT, WRONG: CONTRAST, NOT_LABELLED: QUIET}
"""The outcomes of predictions, as the filters name them."""


def read_bars(table: pd.DataFrame) -> go.Figure:
    """Bars in three parts that show what was read, and how much of it is correct.

    Each part carries what the filters call it, so that a click on it can select its images.
    """
    counts = {
        CORRECT: table["right"],
        WRONG: table["labelled"] - table["right"],
        NOT_LABELLED: table["predictions"] - table["labelled"],
    }
    names = table["value"]
    figure = go.Figure()
    for outcome, colour in OUTCOMES.items():
        figure.add_bar(
            x=names,
            y=counts[outcome],
            name=outcome,
            marker_color=colour,
            customdata=[[outcome]] * len(names),
            hovertemplate="%{x}, %{customdata[0]}: %{y}<extra></extra>",
            unselected={"marker": {"opacity": 0.5}},
        )
    figure.update_xaxes(type="category", categoryorder="array", categoryarray=values_in(names), fixedrange=True)
    figure.update_yaxes(title="Predictions", rangemode="tozero", fixedrange=True)
    return _laid_out(figure, height=230, barmode="stack", clickmode="event+select", dragmode=False)


def small_confusion(table: pd.DataFrame) -> go.Figure:
    """The matrix of the analytics, low enough for its images to be seen below it."""
    figure = confusion(table)
    figure.update_traces(marker_size=CELL, textfont_size=10)
    figure.update_layout(height=(len(values_in(table["digit"], table["actual_digit"])) + 2) * (CELL + 5))
    return figure


def confusion_table(counts: Counter[tuple[Digit, Digit]]) -> pd.DataFrame:
    """How often each label (actual_digit) was read as each digit, as text, as the analytics have it."""
    rows = [(str(label), str(read), count) for (label, read), count in counts.items()]
    return pd.DataFrame(rows, columns=["actual_digit", "digit", "predictions"])


def shifted(shift: Shift, now: str, before: str) -> go.Figure:
    """Bars in pairs that show whether this feature is distributed as before."""
    names = bin_names(shift.feature)
    figure = go.Figure()
    for name, shares, colour in ((before, shift.reference, QUIET), (now, shift.recent, ACCENT)):
        figure.add_bar(x=names, y=shares, name=name, marker_color=colour, hovertemplate="%{x}: %{y:.1%}")
    figure.update_xaxes(type="category", fixedrange=True, tickangle=0 if shift.feature is Feature.DIGIT else -45)
    figure.update_yaxes(tickformat=".0%", rangemode="tozero", fixedrange=True)
    return _laid_out(figure, height=250, bargap=0.25)


def drift_table(shifts: Sequence[Shift], now: str, before: str) -> pd.DataFrame:
    """The shares behind the charts, and the index of each feature."""
    return pd.DataFrame(
        [
            {"Feature": shift.feature.value, "Range": name, now: recent, before: reference, "Index": shift.psi}
            for shift in shifts
            for name, recent, reference in zip(bin_names(shift.feature), shift.recent, shift.reference, strict=True)
        ]
    )


def bin_names(feature: Feature) -> list[str]:
    """What each bin of a feature is called: "7", "5–7%", "over 22%"."""
    if feature is Feature.DIGIT:
        return [*map(str, DIGITS), NONE]
    edges = [_edge(feature, edge) for edge in EDGES[feature]]
    between = [f"{low.removesuffix('%')}–{high}" for low, high in pairwise(edges)]
    return [f"under {edges[0]}", *between, f"over {edges[-1]}"]


def _edge(feature: Feature, edge: float) -> str:
    return f"{edge:g}" if feature is Feature.SHAPE else f"{edge * 100:.4g}%"


def _laid_out(figure: go.Figure, *, height: int, **more: object) -> go.Figure:
    legend = {"orientation": "h", "y": 1.15, "x": 0, "traceorder": "normal"}
    figure.update_layout(height=height, margin={"l": 0, "r": 0, "t": 12, "b": 0}, legend=legend, **more)
    return figure
