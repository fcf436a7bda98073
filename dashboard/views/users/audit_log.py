"""The audit log."""

import streamlit as st

from dashboard.services import workspace

ROWS = 200


def show_audit_log() -> None:
    """The newest entries of the audit log."""
    with st.expander("Audit log", icon=":material/receipt_long:"):
        entries = workspace().access.audit(limit=ROWS)
        time = st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", timezone=st.context.timezone or "UTC")
        st.dataframe(
            {
                "Time": [entry.timestamp for entry in entries],
                "User": [entry.username for entry in entries],
                "Action": [entry.act for entry in entries],
                "Target": [entry.about for entry in entries],
                "Address": [entry.address for entry in entries],
            },
            hide_index=True,
            key="access_audit",
            alt="The audit log, newest first",
            column_config={"Time": time},
        )
