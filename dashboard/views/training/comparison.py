"""The validation curves of several jobs side by side."""

from collections.abc import Sequence

import streamlit as st

from dashboard.services import workspace
from dashboard.views.training import charts
from dashboard.views.training.chart_panel import show_chart
from dashboard.views.training.job_table import title_of
from hwr_core.app import Job


def show_comparison(jobs: Sequence[Job]) -> None:
    """The validation accuracy of several jobs in one chart."""
    folders = workspace().modelling.jobs
    curves = {title_of(job): folders.folder(job.id).events.attempt() for job in jobs}
    st.subheader("Comparison")
    show_chart("Which one reads new writers best?", charts.compared(curves), key="training_compared")
