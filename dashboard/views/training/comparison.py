"""Several jobs side by side: validation curves, results, and in what their configurations differ."""

from collections.abc import Sequence
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from dashboard.components.wording import duration
from dashboard.services import workspace
from dashboard.views.training import charts
from dashboard.views.training.chart_panel import show_chart
from dashboard.views.training.job_table import seconds, title_of
from hwr_core.app import Job, flat


def show_comparison(jobs: Sequence[Job]) -> None:
    """The validation accuracy of several jobs in one chart, and a table of their figures and parameters."""
    folders = workspace().modelling.jobs
    curves = {escape(title_of(job)): folders.folder(job.id).events.attempt() for job in jobs}
    st.subheader("Comparison")
    show_chart("Which one reads new writers best?", charts.compared(curves), key="training_compared")
    everything = st.toggle("Show parameters that are the same", key="training_all_parameters")
    st.dataframe(
        side_by_side(jobs, everything=everything),
        hide_index=True,
        placeholder="–",
        key="training_side_by_side",
        alt="Figures of each job, and the parameters in which they differ",
        column_config={
            name: st.column_config.NumberColumn(format="percent") for name in ("Test accuracy", "Best validation")
        },
    )


def side_by_side(jobs: Sequence[Job], *, everything: bool = False) -> pd.DataFrame:
    """Return a row for each job: its figures, then the parameters that differ between them, or all of them."""
    configs = [flat(job.config) for job in jobs]
    names = dict.fromkeys(name for config in configs for name in config)
    shown = [name for name in names if everything or len({str(config.get(name)) for config in configs}) > 1]
    return pd.DataFrame(
        [
            {"Job": title_of(job), **_figures(job), **{name: _text(config.get(name)) for name in shown}}
            for job, config in zip(jobs, configs, strict=True)
        ]
    )


def _figures(job: Job) -> dict[str, Any]:
    result, taken = job.result or {}, seconds(job)
    return {
        "State": job.state.capitalize(),
        "Version": result.get("model_version"),
        "Test accuracy": result.get("test_accuracy"),
        "Best validation": result.get("best_value"),
        "Duration": None if taken is None else duration(taken),
    }


def _text(value: Any) -> str | None:
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else None if value is None else str(value)
