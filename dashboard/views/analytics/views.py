"""The views of the Analytics page: each asks the history one kind of question and shows the answer."""

from collections.abc import Callable

import streamlit as st

from dashboard.components.downloads import show_data
from dashboard.views.analytics import charts
from dashboard.views.analytics.chart_panel import UNLABELLED, show_chart
from dashboard.views.analytics.mistakes import show_mistakes
from dashboard.views.analytics.questions import ask
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
    show_chart("How many predictions?", charts.predictions_over_time(table), key="time_predictions")
    if table["labelled"].sum():
        show_chart("Is accuracy changing?", charts.accuracy_over_time(table), key="time_accuracy")
    else:
        st.caption(UNLABELLED)
    show_data(table, f"predictions by {bucket}", key="time")


def show_breakdown(selected: HistoryFilter, _: str) -> None:
    """Predictions and their accuracy by digit, model, user, source or verdict."""
    by = st.segmented_control(
        "By", [*DIMENSIONS], default="Digit", required=True, wrap=False, key="by", bind="query-params"
    )
    table = ask("breakdown", selected, by=DIMENSIONS[by])
    shown = table.head(MOST_BARS)
    show_chart("How many predictions?", charts.breakdown_predictions(shown), key="breakdown_predictions")
    if table["labelled"].sum():
        show_chart("How accurate are they?", charts.breakdown_accuracy(shown), key="breakdown_accuracy")
    else:
        st.caption(UNLABELLED)
    if len(table) > len(shown):
        st.caption(f"Showing the largest {len(shown)} of {len(table):,}; the table below has all.")
    show_data(table, f"predictions by {by.lower()}", key="breakdown")


def show_confidence(selected: HistoryFilter, _: str) -> None:
    """How confident the predictions are, and whether confidence matches accuracy."""
    table = ask("confidence_distribution", selected)
    show_chart("How confident are the predictions?", charts.confidence(table), key="confidence_bars")
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
