"""The views of the Analytics page: each asks the history one kind of question and shows the answer."""

from collections.abc import Callable
from dataclasses import dataclass, replace

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.components.downloads import show_data
from dashboard.components.messages import literal
from dashboard.views.analytics import charts
from dashboard.views.analytics.chart_panel import UNLABELLED, show_chart, show_marks
from dashboard.views.analytics.mistakes import show_mistakes
from dashboard.views.analytics.questions import ask
from dashboard.views.analytics.rows import in_period, of_kind, show_rows
from hwr_core.app import Bucket, Dimension, HistoryFilter

MOST_BARS = 30

DIMENSIONS = {
    "Digit": Dimension.DIGIT,
    "Model": Dimension.MODEL_VERSION,
    "User": Dimension.USER,
    "Source": Dimension.SOURCE,
    "Verdict": Dimension.VERDICT,
}


def show_over_time(selected: HistoryFilter, timezone: str) -> None:
    """How many predictions there are, and how accurate they are, by hour, day or week."""
    bucket = st.segmented_control(
        "By",
        [*Bucket],
        default=Bucket.DAY,
        required=True,
        format_func=str.capitalize,
        wrap=False,
        key="each",
        bind="query-params",
    )
    table = ask("over_time", selected, bucket=Bucket(bucket), timezone=timezone)
    when = _When(selected, Bucket(bucket), timezone)
    _show_periods(when, "How many predictions?", charts.predictions_over_time(table), table)
    if table["labelled"].sum():
        known = charts.labelled(table)
        _show_periods(when, "Is accuracy changing?", charts.accuracy_over_time(known), known)
    else:
        st.caption(UNLABELLED)
    show_data(table, f"predictions by {bucket}", key="time")


@dataclass(frozen=True, slots=True)
class _When:
    """Which predictions are shown, by which periods of which time zone."""

    selected: HistoryFilter
    bucket: Bucket
    timezone: str


def _show_periods(when: _When, question: str, figure: go.Figure, table: pd.DataFrame) -> None:
    """A chart with a mark for each row of a table, and the predictions of the period that was clicked."""
    mark = show_marks(question, figure, key=f"time_{when.bucket}_{question}")
    if mark and mark["point_index"] < len(table):
        start = table["start"].iloc[mark["point_index"]]
        words = f"{start:%-d %B %Y, %H:%M}" if when.bucket is Bucket.HOUR else f"{start:%-d %B %Y}"
        words = f"Week from {words}" if when.bucket is Bucket.WEEK else words
        show_rows(in_period(when.selected, start, when.bucket, when.timezone), words)


def show_breakdown(selected: HistoryFilter, _: str) -> None:
    """Predictions and their accuracy by digit, model, user, source or verdict."""
    by = st.segmented_control(
        "By", [*DIMENSIONS], default="Digit", required=True, wrap=False, key="by", bind="query-params"
    )
    table = ask("breakdown", selected, by=DIMENSIONS[by])
    shown = table.head(MOST_BARS)
    _show_kinds(selected, by, "How many predictions?", charts.breakdown_predictions(shown), shown)
    if table["labelled"].sum():
        known = charts.labelled(shown)
        _show_kinds(selected, by, "How accurate are they?", charts.breakdown_accuracy(known), known)
    else:
        st.caption(UNLABELLED)
    if len(table) > len(shown):
        st.caption(f"Showing the largest {len(shown)} of {len(table):,}; the table below has all.")
    show_data(table, f"predictions by {by.lower()}", key="breakdown")


def _show_kinds(selected: HistoryFilter, by: str, question: str, figure: go.Figure, table: pd.DataFrame) -> None:
    """A chart with a mark for each row of a table, and the predictions of the one that was clicked."""
    mark = show_marks(question, figure, key=f"breakdown_{by}_{question}")
    if mark and mark["point_index"] < len(table):
        row = table.iloc[mark["point_index"]]
        show_rows(of_kind(selected, DIMENSIONS[by], row), f"{by} {literal(str(row['value']))}")


def show_confidence(selected: HistoryFilter, _: str) -> None:
    """How confident the predictions are, and whether confidence matches accuracy."""
    table = ask("confidence_distribution", selected)
    mark = show_marks("How confident are the predictions?", charts.confidence(table), key="confidence_bars")
    if mark and table.iloc[mark["point_index"]]["predictions"]:
        row = table.iloc[mark["point_index"]]
        low = max(float(row["confidence_from"]), selected.confidence_from)
        high = min(float(row["confidence_to"]), selected.confidence_to)
        show_rows(replace(selected, confidence_from=low, confidence_to=high), f"Confidence {low:.0%} to {high:.0%}")
    show_data(table, "confidence", key="confidence")
    found = ask("reliability", selected)
    if found.error is None:
        st.caption(UNLABELLED)
        return
    show_chart("Does confidence match accuracy?", charts.reliability(found), key="reliability_chart")
    st.caption(
        f"Points on the dotted line are well calibrated. On average, confidence is off by {found.error:.1%} (expected "
        f"calibration error of {found.labelled:,} labelled predictions)."
    )
    show_data(found.bins, "reliability", key="reliability")


def show_speed(selected: HistoryFilter, _: str) -> None:
    """How long a prediction takes."""
    table = ask("latency", selected)
    show_chart("How long does a prediction take?", charts.latency(table), key="latency_chart")
    show_data(table, "latency", key="latency")


VIEWS: dict[str, Callable[[HistoryFilter, str], None]] = {
    "Over time": show_over_time,
    "Accuracy": show_breakdown,
    "Confidence": show_confidence,
    "Mistakes": show_mistakes,
    "Speed": show_speed,
}
