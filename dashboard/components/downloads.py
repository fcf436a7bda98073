"""Taking data along: tables of charts, and the history as a file."""

from dataclasses import asdict
from datetime import datetime
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from hwr_core.app.downloads import table_as_csv
from hwr_core.records.filters import HistoryFilter

FORMATS = {"CSV": "csv", "JSON Lines": "jsonl", "Parquet": "parquet"}


def offer_table(table: pd.DataFrame, name: str, *, key: str) -> None:
    """The figures behind a chart, to look at and to take along."""
    with st.expander("Data", icon=":material/table:"):
        st.dataframe(table, hide_index=True, key=f"{key}_table", alt=f"The figures of the chart: {name}")
        st.download_button(
            "Download as CSV",
            lambda: table_as_csv(table),
            file_name=f"{name}.csv",
            mime="text/csv",
            on_click="ignore",
            icon=":material/download:",
            key=f"{key}_download",
        )


def offer_exports(chosen: HistoryFilter) -> None:
    """Links to the API of this very server: it streams, while a button here would hold the whole file in memory."""
    with st.expander("Download these predictions", icon=":material/download:"), st.container(horizontal=True):
        for label, kind in FORMATS.items():
            st.link_button(label, f"/api/export/history?{urlencode(_query(chosen) | {'format': kind})}")


def _query(chosen: HistoryFilter) -> dict[str, str]:
    """The filter as the API's query parameters."""
    return {
        name: value.isoformat() if isinstance(value, datetime) else str(value)
        for name, value in asdict(chosen).items()
        if value is not None
    }
