"""The views of the Analytics page: each asks the history one kind of question and shows the answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from dashboard.components.downloads import show_data
from dashboard.components.messages import literal
from dashboard.views.analytics import charts, split_charts
from dashboard.views.analytics.chart_panel import UNLABELLED, show_chart, show_marks
from dashboard.views.analytics.mistakes import show_mistakes
from dashboard.views.analytics.questions import ask
from dashboard.views.analytics.rows import in_period, show_rows
from dashboard.views.analytics.split_charts import Series
from dashboard.views.analytics.splitting import (
    choose_earlier,
    choose_split,
    groups_of,
    joined,
    series_of,
    tables_of,
    with_earlier,
)
from hwr_core.app import Bucket, Dimension, Group, HistoryFilter, Reliability, narrowed

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
    with _controls():
        bucket = Bucket(
            st.segmented_control(
                "By",
                [*Bucket],
                default=Bucket.DAY,
                required=True,
                format_func=str.capitalize,
                wrap=False,
                key="each",
                bind="query-params",
            )
        )
        by = choose_split()
        before = choose_earlier(selected, bucket, timezone)
    series = series_of(groups_of(selected, by), bucket, timezone)
    shown = [*with_earlier(series, bucket, timezone)] if before else series
    when = _When(shown, bucket, timezone)
    one = len(shown) == 1
    figure = charts.predictions_over_time(shown[0].table) if one else split_charts.predictions_by_period(shown)
    _show_periods(when, "How many predictions?", figure)
    if any(each.table["labelled"].sum() for each in shown):
        known = [replace(each, table=charts.labelled(each.table)) for each in shown]
        figure = charts.accuracy_over_time(known[0].table) if one else split_charts.accuracy_by_period(known)
        _show_periods(replace(when, series=known), "Is accuracy changing?", figure)
    else:
        st.caption(UNLABELLED)
    table = shown[0].table if one else joined({each.name or "present": each.table for each in shown})
    show_data(table, f"predictions by {bucket}", key="time")


def _controls() -> DeltaGenerator:
    """The controls of a view side by side, where there is room."""
    return st.container(horizontal=True, vertical_alignment="bottom", gap="medium")


@dataclass(frozen=True, slots=True)
class _When:
    """What the lines of a chart stand for, by which periods of which time zone."""

    series: Sequence[Series]
    bucket: Bucket
    timezone: str


def _show_periods(when: _When, question: str, figure: go.Figure) -> None:
    """A chart with a line for each series, and the predictions of the period that was clicked."""
    names = "_".join(each.name for each in when.series)
    mark = show_marks(question, figure, key=f"time_{when.bucket}_{question}_{names}")
    if not mark:
        return
    # the band of a single accuracy is drawn as two lines more
    clicked = when.series[mark["curve_number"] if len(when.series) > 1 else 0]
    if not clicked.is_earlier and mark["point_index"] < len(clicked.table):
        start = clicked.table["start"].iloc[mark["point_index"]]
        words = f"{start:%-d %B %Y, %H:%M}" if when.bucket is Bucket.HOUR else f"{start:%-d %B %Y}"
        words = f"Week from {words}" if when.bucket is Bucket.WEEK else words
        words = f"{literal(clicked.name)}, {words}" if clicked.name else words
        show_rows(in_period(clicked.chosen, start, when.bucket, when.timezone), words, key=question)


def show_breakdown(selected: HistoryFilter, _: str) -> None:
    """Predictions and their accuracy by digit, model, user, source or verdict."""
    with _controls():
        by = st.segmented_control(
            "By", [*DIMENSIONS], default="Digit", required=True, wrap=False, key="by", bind="query-params"
        )
        split_by = choose_split()
    if split_by is not None:
        _show_split_kinds(groups_of(selected, split_by), by)
        return
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


def _show_split_kinds(groups: Sequence[Group], by: str) -> None:
    """Each group in a colour of its own."""
    tables = tables_of("breakdown", groups, by=DIMENSIONS[by])
    shown = {name: table.head(MOST_BARS) for name, table in tables.items()}
    _show_split_marks(groups, by, "How many predictions?", split_charts.kinds_predictions(shown), [*shown.values()])
    if any(table["labelled"].sum() for table in tables.values()):
        known = [charts.labelled(table) for table in shown.values()]
        _show_split_marks(groups, by, "How accurate are they?", split_charts.kinds_accuracy(shown), known)
    else:
        st.caption(UNLABELLED)
    show_data(joined(tables), f"predictions by {by.lower()}, split", key="breakdown_split")


def _show_split_marks(
    groups: Sequence[Group], by: str, question: str, figure: go.Figure, tables: Sequence[pd.DataFrame]
) -> None:
    """A chart with a trace for each group, whose marks are the rows of its table, and what lies behind the clicked."""
    names = "_".join(group.value for group in groups)
    mark = show_marks(question, figure, key=f"split_{by}_{names}_{question}")
    if not mark:
        return
    group, table = groups[mark["curve_number"]], tables[mark["curve_number"]]
    if mark["point_index"] < len(table):  # what was clicked may be gone since
        row = table.iloc[mark["point_index"]]
        words = f"{literal(group.value)}, {by} {literal(str(row['value']))}"
        show_rows(narrowed(group.chosen, DIMENSIONS[by], row), words, key=question)


def _show_kinds(selected: HistoryFilter, by: str, question: str, figure: go.Figure, table: pd.DataFrame) -> None:
    """A chart with a mark for each row of a table, and the predictions of the one that was clicked."""
    mark = show_marks(question, figure, key=f"breakdown_{by}_{question}")
    if mark and mark["point_index"] < len(table):
        row = table.iloc[mark["point_index"]]
        show_rows(narrowed(selected, DIMENSIONS[by], row), f"{by} {literal(str(row['value']))}", key=question)


def show_confidence(selected: HistoryFilter, _: str) -> None:
    """How confident the predictions are, and whether confidence matches accuracy."""
    split_by = choose_split()
    if split_by is not None:
        _show_split_confidence(groups_of(selected, split_by))
        return
    table = ask("confidence_distribution", selected)
    mark = show_marks("How confident are the predictions?", charts.confidence(table), key="confidence_bars")
    if mark:
        _show_confident(Group("", selected), table.iloc[mark["point_index"]])
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


def _show_split_confidence(groups: Sequence[Group]) -> None:
    """The same for each group, in a colour of its own."""
    tables = tables_of("confidence_distribution", groups)
    key = f"confidence_split_{'_'.join(tables)}"
    mark = show_marks("How confident are the predictions?", split_charts.confidences(tables), key=key)
    if mark:
        group = groups[mark["curve_number"]]
        _show_confident(group, tables[group.value].iloc[mark["point_index"]])
    show_data(joined(tables), "confidence, split", key="confidence_split")
    found: dict[str, Reliability] = {group.value: ask("reliability", group.chosen) for group in groups}
    known = {name: each for name, each in found.items() if each.error is not None}
    if not known:
        st.caption(UNLABELLED)
        return
    show_chart("Does confidence match accuracy?", split_charts.reliabilities(found), key=f"reliability_{key}")
    errors = "; ".join(f"{literal(name)} {each.error:.1%} of {each.labelled:,}" for name, each in known.items())
    st.caption(f"Points on the dotted line are well calibrated. Expected calibration error: {errors}.")
    show_data(joined({name: each.bins for name, each in known.items()}), "reliability, split", key="reliability_split")


def _show_confident(group: Group, row: pd.Series) -> None:
    """The predictions of a group whose confidence lies within a row of its table."""
    if not row["predictions"]:
        return
    low = max(float(row["confidence_from"]), group.chosen.confidence_from)
    high = min(float(row["confidence_to"]), group.chosen.confidence_to)
    words = f"Confidence {low:.0%} to {high:.0%}"
    words = f"{literal(group.value)}, {words}" if group.value else words
    show_rows(replace(group.chosen, confidence_from=low, confidence_to=high), words, key="confidence")


def show_speed(selected: HistoryFilter, _: str) -> None:
    """How long a prediction takes."""
    split_by = choose_split()
    if split_by is not None:
        tables = tables_of("latency", groups_of(selected, split_by))
        show_chart("How long does a prediction take?", split_charts.latencies(tables), key="latency_split")
        show_data(joined(tables), "latency, split", key="latency_split")
        return
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
