"""The four figures at the top of the Analytics page."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from dashboard.components.accuracy import show_accuracy
from dashboard.views.analytics.questions import ask, count
from hwr_core.app import HistoryFilter, Proportion, start_of_today


def show_headline(selected: HistoryFilter, timezone: str) -> int:
    """Show the figures; return how many predictions there are."""
    total = count(selected)
    row = st.columns(4)
    row[0].metric("Predictions", f"{total:,}", border=True, height="stretch")
    row[1].metric("Today", f"{count(_today(selected, timezone)):,}", border=True, height="stretch")
    accuracy: Proportion = ask("accuracy", selected)
    with row[2]:
        show_accuracy(accuracy)
    latency: pd.DataFrame = ask("latency", selected)
    median = f"{latency['p50'].iloc[-1] * 1000:.1f} ms" if len(latency) else "–"
    row[3].metric("Median time", median, help="Per prediction", border=True, height="stretch")
    return total


def _today(selected: HistoryFilter, timezone: str) -> HistoryFilter:
    """The same filter, limited to today."""
    today = start_of_today(timezone)
    return replace(selected, since=max(today, selected.since) if selected.since else today)
