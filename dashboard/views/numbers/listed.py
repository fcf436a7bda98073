"""The stored numbers, page by page."""

from collections.abc import Sequence

import streamlit as st

from dashboard.components.downloads import FORMATS, query_of
from dashboard.components.pager import show_pager, trail_of
from dashboard.components.wording import CORRECT, WRONG, acceptance, percent, source_word
from dashboard.services import workspace
from dashboard.views.numbers.number_detail import show_number
from hwr_core.app import NumberFilter, NumberRecord

ROWS = 50


def show_list(chosen: NumberFilter, timezone: str) -> None:
    """Show the numbers that match a filter as a table, from which one is selected."""
    trail = trail_of(chosen, key="numbers")
    page = workspace().numbers.page(chosen, limit=ROWS, before=trail.here)
    if not page.numbers:
        st.info("No numbers here. Read some on Upload or Forms, and save them.", icon=":material/pin:")
        return
    total = workspace().numbers.count(chosen)
    show_pager(trail, rows=ROWS, shown=len(page.numbers), total=total, following=page.next)
    place = _select(page.numbers, timezone=timezone, key=f"numbers_table_{trail.here}")
    if place is None:
        st.caption("Select a row to see the number on its page and to correct it.")
    else:
        show_number(page.numbers[place])
    with st.expander("Download these numbers", icon=":material/download:"), st.container(horizontal=True):
        for label, kind in FORMATS.items():
            st.link_button(label, f"/api/export/numbers?{query_of(chosen, kind)}")


def _select(records: Sequence[NumberRecord], *, timezone: str, key: str) -> int | None:
    columns = st.column_config
    state = st.dataframe(
        {
            "Number": [record.number.text.replace("\n", ", ") for record in records],
            "All correct": [percent(record.number.confidence) for record in records],
            "Accept": [acceptance(accept=record.number.accept) for record in records],
            "Label": [_label_of(record) for record in records],
            "Time": [record.timestamp for record in records],
            "Pattern": [record.pattern for record in records],
            "Source": [source_word(record.source) for record in records],
            "File": [record.file_name for record in records],
            "ID": [record.id for record in records],
        },
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        placeholder="",
        key=key,
        alt="Stored numbers, newest first",
        column_config={
            "All correct": columns.TextColumn(width=88, alignment="right", help="Probability that all of it is right"),
            "Time": columns.DatetimeColumn(width=148, format="D MMM YYYY, HH:mm", timezone=timezone),
            "ID": columns.NumberColumn(width=76, format="%d"),
        },
    )
    rows = state["selection"]["rows"]
    return rows[0] if rows else None


def _label_of(record: NumberRecord) -> str:
    if record.label is None:
        return ""
    return CORRECT if record.is_right else f"{WRONG}: {record.label.text.replace(chr(10), ', ') or 'no number'}"
