"""Downloads: the table behind a chart, and the history as a file."""

from dataclasses import asdict
from datetime import datetime
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from hwr_core.app import HistoryFilter, NumberFilter, table_as_csv

FORMATS = {"CSV": "csv", "JSON Lines": "jsonl", "Parquet": "parquet"}


def show_data(table: pd.DataFrame, name: str, *, key: str, is_changing: bool = False) -> None:
    """The figures behind a chart, to look at and to download.

    `is_changing`: where keys may change the table faster than a browser looks for its file, that is made when it is
    wanted.
    """
    with st.expander("Data", icon=":material/table:"):
        st.dataframe(table, hide_index=True, key=f"{key}_table", alt=f"The figures behind the chart: {name}")
        offer_file(table, name, key=key, is_changing=is_changing)


def offer_file(table: pd.DataFrame, name: str, *, key: str, is_changing: bool = False) -> None:
    """A button that downloads a table; `is_changing` is as for `show_data`."""
    st.download_button(
        "Download as CSV",
        # Else at once: between click and file stands no run of the page.
        (lambda: table_as_csv(table)) if is_changing else table_as_csv(table),
        file_name=f"{name}.csv",
        mime="text/csv",
        on_click="ignore",
        icon=":material/download:",
        key=f"{key}_download",
    )


def show_exports(used: HistoryFilter) -> None:
    """Links to this server's own API: it streams, while a button here would hold the whole file in memory."""
    with st.expander("Download these predictions", icon=":material/download:"), st.container(horizontal=True):
        for label, kind in FORMATS.items():
            st.link_button(label, f"/api/export/history?{query_of(used, kind)}")


def query_of(used: HistoryFilter | NumberFilter, kind: str) -> str:
    """Return the filter and the format of an export as the API's query parameters."""
    values = {
        name: value.isoformat() if isinstance(value, datetime) else str(value)
        for name, value in asdict(used).items()
        if value is not None
    }
    return urlencode(values | {"format": kind})
