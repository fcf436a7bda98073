"""The predictions behind a mark of a chart: their images, and the ways to the history and to a file of them."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pandas as pd
import streamlit as st

from dashboard.components.downloads import query_of
from dashboard.components.filters import parameters_of
from dashboard.components.history_link import link_to_history
from dashboard.components.prediction_table import show_gallery
from dashboard.services import workspace
from dashboard.views.analytics.questions import count
from hwr_core.app import Bucket, HistoryFilter

IMAGES = 24

STEPS = {Bucket.HOUR: {"hours": 1}, Bucket.DAY: {"days": 1}, Bucket.WEEK: {"weeks": 1}}
"""From the start of a period to the next, on the clock of a time zone."""


def show_rows(used: HistoryFilter, words: str, *, key: str, most: int = IMAGES) -> None:
    """Say how many predictions a filter selects, show the newest, and lead to all of them.

    `key` names the place on the page: two charts may have the same mark clicked.
    """
    page = workspace().history.page(used, limit=most)
    total = count(used)
    st.markdown(f"**{words}**: {total:,}{f', newest {most} shown' if total > most else ''}")
    if total:
        with st.container(horizontal=True, vertical_alignment="center"):
            open_key = f"open_{key}_{words}"
            link_to_history("Open in History", parameters_of(used), icon=":material/history:", key=open_key)
            csv = f"/api/export/history?{query_of(used, 'csv')}"
            st.link_button("Download as CSV", csv, icon=":material/download:")
    show_gallery(page.predictions)


def in_period(selected: HistoryFilter, start: pd.Timestamp, bucket: Bucket, timezone: str) -> HistoryFilter:
    """Limit a filter to one hour, day or week, given by its start on the clock of a time zone."""
    begins, ends = (_moment(each, timezone) for each in (start, start + pd.DateOffset(**STEPS[bucket])))
    since = max(begins, selected.since) if selected.since else begins
    until = min(ends, selected.until) if selected.until else ends
    return replace(selected, since=since, until=until)


def _moment(local: pd.Timestamp, timezone: str) -> datetime:
    moment: datetime = local.to_pydatetime().replace(tzinfo=ZoneInfo(timezone))
    return moment
