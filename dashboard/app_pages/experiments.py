"""Experiments: two or more model versions serve a share of users each, until it is known which is better."""

import streamlit as st

from dashboard.components.messages import show_error_with_retry, show_toasts
from dashboard.services import allowed, workspace
from dashboard.views.experiments.experiment_form import start_experiment
from dashboard.views.experiments.experiment_report import show_report
from dashboard.views.experiments.experiment_table import choose_experiment
from dashboard.views.experiments.shadow import show_shadow
from hwr_core.app import Permission
from hwr_core.errors import HwrError

st.page_link("app_pages/models.py", label="Models", icon=":material/arrow_back:")
st.title("Experiments")
try:
    experiments = workspace().experiments.all()
    is_running = any(experiment.is_running for experiment in experiments)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            "Two or more model versions serve a share of the users each, until it is known which is better.",
            width="stretch",
        )
        if allowed(Permission.PROMOTE) and st.button(
            "New experiment",
            icon=":material/science:",
            disabled=is_running,
            help="One experiment runs at a time." if is_running else None,
            key="experiments_new",
        ):
            start_experiment()
    if not experiments:
        st.info("There are no experiments yet.", icon=":material/science:")
    else:
        chosen = choose_experiment(experiments) or experiments[0]
        show_report(workspace().experiments.report(chosen.id))
    show_shadow()
except HwrError as error:
    show_error_with_retry(error)
show_toasts()
