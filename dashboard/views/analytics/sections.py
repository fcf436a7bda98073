"""The views of the Analytics page: each asks the history one kind of question and shows the answer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from operator import attrgetter
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from dashboard.components import wording
from dashboard.components.downloads import offer_table
from dashboard.components.panels import show_gallery
from dashboard.services import visitor, workspace
from dashboard.views.analytics import charts
from hwr_core.analytics.breakdown import Dimension
from hwr_core.analytics.periods import Bucket, start_of_today
from hwr_core.auth.permissions import Caller
from hwr_core.recognition.types import NONE
from hwr_core.records.filters import HistoryFilter
from hwr_core.statistics import Proportion

FRESH = timedelta(seconds=5)
"""For how long an answer is good enough for a page that is drawn again at every click."""

IMAGES = 24
NOT_JUDGED = "No feedback yet. Say of some predictions, on the Draw or the History page, whether they are right."
DIMENSIONS = {
    "Digit": Dimension.DIGIT,
    "Model": Dimension.MODEL_VERSION,
    "User": Dimension.USER,
    "Came in by": Dimension.SOURCE,
    "Verdict": Dimension.VERDICT,
}


def _ask(question: str, chosen: HistoryFilter, **details: Any) -> Any:
    """Ask the analytics of this process a question by its name."""
    return _caller_cache(visitor(), f"analytics.{question}", chosen, **details)


def _count(chosen: HistoryFilter) -> int:
    count: int = _caller_cache(visitor(), "history.count", chosen)
    return count


@st.cache_data(ttl=FRESH, max_entries=200, show_spinner=False)
def _caller_cache(
    who: Caller | None,  # noqa: ARG001  part of the cache's key: nobody is shown what another may see
    question: str,
    chosen: HistoryFilter,
    **details: Any,
) -> Any:
    return attrgetter(question)(workspace())(chosen, **details)


def show_headline(chosen: HistoryFilter, timezone: str) -> int:
    """The figures at the top; returns how many predictions there are."""
    total = _count(chosen)
    row = st.columns(4)
    row[0].metric("Predictions", f"{total:,}", border=True, height="stretch")
    row[1].metric("Today", f"{_count(_since_today(chosen, timezone)):,}", border=True, height="stretch")
    accuracy: Proportion = _ask("accuracy", chosen)
    with row[2]:
        if accuracy.share is None or accuracy.low is None or accuracy.high is None:
            st.metric("Right", "No feedback yet", border=True, height="stretch")
        else:
            st.metric(
                f"Right, of {accuracy.total:,}",
                f"{accuracy.share:.1%}",
                help=f"{accuracy.right:,} of {accuracy.total:,} predictions that people have judged. The true share "
                f"lies between {accuracy.low:.1%} and {accuracy.high:.1%} with 95 % certainty.",
                delta=f"{accuracy.low:.0%} to {accuracy.high:.0%}",
                delta_color="off",
                delta_arrow="off",
                border=True,
                height="stretch",
            )
    latency: pd.DataFrame = _ask("latency", chosen)
    median = f"{latency['p50'].iloc[-1] * 1000:.1f} ms" if len(latency) else "–"
    row[3].metric("Half are read within", median, border=True, height="stretch")
    return total


def _since_today(chosen: HistoryFilter, timezone: str) -> HistoryFilter:
    """The same filter, of today."""
    today = start_of_today(timezone)
    return replace(chosen, since=max(today, chosen.since) if chosen.since else today)


def show_over_time(chosen: HistoryFilter, timezone: str) -> None:
    """How much is read, and how well, by hour, day or week."""
    bucket = st.segmented_control(
        "Each",
        [*Bucket],
        default=Bucket.DAY,
        required=True,
        format_func=str.capitalize,
        wrap=False,
        key="each",
        bind="query-params",
    )
    table = _ask("over_time", chosen, bucket=Bucket(bucket), timezone=timezone)
    _show("How much is read?", charts.predictions_over_time(table), key="time_predictions")
    if table["labelled"].sum():
        _show("Is it read better or worse?", charts.accuracy_over_time(table), key="time_accuracy")
    else:
        st.caption(NOT_JUDGED)
    offer_table(table, f"predictions by {bucket}", key="time")


def show_breakdown(chosen: HistoryFilter, _: str) -> None:
    """What is read, by whom, through which door, by which model, and how well."""
    by = st.segmented_control(
        "By", [*DIMENSIONS], default="Digit", required=True, wrap=False, key="by", bind="query-params"
    )
    table = _ask("breakdown", chosen, by=DIMENSIONS[by])
    shown = table.head(30)
    _show("How many predictions?", charts.breakdown_predictions(shown), key="breakdown_predictions")
    if table["labelled"].sum():
        _show("How well are they read?", charts.breakdown_accuracy(shown), key="breakdown_accuracy")
    else:
        st.caption(NOT_JUDGED)
    if len(table) > len(shown):
        st.caption(f"The {len(shown)} with most predictions of {len(table):,}; the data below has all.")
    offer_table(table, f"predictions by {by.lower()}", key="breakdown")


def show_confidence(chosen: HistoryFilter, _: str) -> None:
    """How sure the predictions are, and whether that means what it says."""
    table = _ask("confidence_distribution", chosen)
    _show("How sure are the predictions?", charts.confidence(table), key="confidence_bars")
    offer_table(table, "confidence", key="confidence")
    found = _ask("reliability", chosen)
    if found.error is None:
        st.caption(NOT_JUDGED)
        return
    _show("Does confidence mean what it says?", charts.reliability(found), key="reliability_chart")
    st.caption(
        f"Dots on the dotted line are honest. On average confidence is {found.error:.1%} off (expected calibration "
        f"error, of {found.labelled:,} predictions that people have judged)."
    )
    offer_table(found.bins, "reliability", key="reliability")


def show_mistakes(chosen: HistoryFilter, _: str) -> None:
    """What is taken for what; a click on a cell shows its images."""
    table = _ask("confusion", chosen)
    if table.empty:
        st.caption(NOT_JUDGED)
        return
    st.subheader("What is taken for what?")
    st.caption("Click a square to see its images. The darker, the larger its share of that digit.")
    state = st.plotly_chart(
        charts.confusion(table),
        key="confusion_matrix",
        on_select="rerun",
        selection_mode="points",
        config={"displayModeBar": False},
        alt="Matrix of what was read against what people say it is",
    )
    points = state["selection"]["points"]
    if points:
        _show_cell(chosen, points[0]["x"], points[0]["y"])
    offer_table(table, "confusion", key="confusion")
    pairs = _ask("confused_pairs", chosen)
    if len(pairs):
        st.subheader("The most frequent mistakes")
        for pair in pairs.head(5).itertuples():
            _show_cell(chosen, pair.digit, pair.actual_digit, most=8)


def _show_cell(chosen: HistoryFilter, read: str, really: str, *, most: int = IMAGES) -> None:
    cell = replace(chosen, digit=_digit(read), actual_digit=_digit(really))
    page = workspace().history.page(cell, limit=most)
    total = _count(cell)
    words = f"Read as {wording.digit_or_none(read)}, really {wording.digit_or_none(really)}"
    st.markdown(f"**{words}**: {total:,}{f', the newest {most}' if total > most else ''}")
    show_gallery(page.predictions)


def _digit(text: str) -> Any:
    return NONE if text == NONE else int(text)


def show_speed(chosen: HistoryFilter, _: str) -> None:
    """How long a prediction takes."""
    table = _ask("latency", chosen)
    _show("How long does a prediction take?", charts.latency(table), key="latency_chart")
    offer_table(table, "latency", key="latency")


def _show(question: str, figure: go.Figure, *, key: str) -> None:
    st.subheader(question)
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=question)


VIEWS: dict[str, Callable[[HistoryFilter, str], None]] = {
    "Over time": show_over_time,
    "Accuracy": show_breakdown,
    "Confidence": show_confidence,
    "Mistakes": show_mistakes,
    "Speed": show_speed,
}
