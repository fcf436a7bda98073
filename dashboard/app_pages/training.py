"""Make a model of one's own: start trainings and tunings, watch them, compare them."""

import streamlit as st

from dashboard.components.panels import show_error
from dashboard.services import allowed, workspace
from dashboard.views.training.forms import show_own_images, show_training_form, show_tuning_form
from dashboard.views.training.jobs import choose_jobs, job_asked_for, show_comparison, show_job
from hwr_core.auth.permissions import Permission
from hwr_core.errors import HwrError

TRAINS = allowed(Permission.TRAIN)
VIEWS = ("Jobs", "Train", "Tune") if TRAINS else ("Jobs",)
SHOWN = 50


def turn_to_training() -> None:
    """Show the form that starts one."""
    st.session_state["training_view"] = "Train"


st.title("Training")
opened = st.session_state.pop("training_opened", None)
if opened is not None:
    st.query_params["job"] = str(opened)
    st.session_state["training_view"] = "Jobs"
timezone = st.context.timezone or "UTC"
try:
    jobs = workspace().modelling.jobs.page(limit=SHOWN)
    view = st.segmented_control(
        "View",
        VIEWS,
        default="Jobs" if jobs or not TRAINS or "job" in st.query_params else "Train",
        required=True,
        key="training_view",
        label_visibility="collapsed",
    )
    if view == "Train":
        show_training_form()
        show_own_images()
    elif view == "Tune":
        show_tuning_form()
    elif not jobs:
        st.info("Nothing has been trained here yet.", icon=":material/model_training:")
        if TRAINS:
            st.button("Start a training", icon=":material/play_arrow:", on_click=turn_to_training, key="training_first")
    else:
        chosen = choose_jobs(jobs, timezone=timezone)
        if not chosen:
            chosen = [job_asked_for(asked)] if (asked := st.query_params.get("job")) else jobs[:1]
        if len(chosen) > 1:
            show_comparison(chosen)
        show_job(chosen[0])
except HwrError as error:
    show_error(error)
    st.button("Try again", icon=":material/refresh:")
