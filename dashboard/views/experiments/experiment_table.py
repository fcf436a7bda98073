"""All experiments as a table."""

from collections.abc import Sequence

import streamlit as st

from hwr_core.app import Experiment


def choose_experiment(experiments: Sequence[Experiment]) -> Experiment | None:
    """Show the table; return the selected experiment."""
    time = st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm", timezone=st.context.timezone or "UTC")
    state = st.dataframe(
        {
            "Experiment": [experiment.name for experiment in experiments],
            "State": [experiment.state.value for experiment in experiments],
            "Metric": [experiment.metric.value for experiment in experiments],
            "Started": [experiment.created_at for experiment in experiments],
            "Ended": [experiment.finished_at for experiment in experiments],
            "Why": [experiment.reason for experiment in experiments],
        },
        hide_index=True,
        on_select="rerun",
        selection_mode="single-row",
        key="experiments_table",
        placeholder="–",
        alt="Experiments, newest first",
        column_config={"Started": time, "Ended": time},
    )
    rows = state["selection"]["rows"]
    return experiments[rows[0]] if rows else None
