"""Train a model: start trainings and tunings, watch them, and compare them."""

import streamlit as st

from dashboard.components.messages import show_error_with_retry
from dashboard.services import allowed, workspace
from dashboard.views.training.comparison import show_comparison
from dashboard.views.training.custom_images import show_custom_images
from dashboard.views.training.job_detail import show_job
from dashboard.views.training.job_table import choose_jobs, job_by_id
from dashboard.views.training.training_form import show_training_form
from dashboard.views.training.tuning_form import show_tuning_form
from hwr_core.app import Permission
from hwr_core.errors import HwrError

JOBS, TRAIN, TUNE = "Jobs", "Train", "Tune"
MAY_TRAIN = allowed(Permission.TRAIN)
VIEWS = (JOBS, TRAIN, TUNE) if MAY_TRAIN else (JOBS,)
SHOWN = 50


def turn_to_training() -> None:
    """Show the form that starts one."""
    st.session_state["training_view"] = TRAIN


st.title("Training")
opened = st.session_state.pop("training_opened", None)
if opened is not None:
    st.query_params["job"] = str(opened)
    st.session_state["training_view"] = JOBS
timezone = st.context.timezone or "UTC"
try:
    jobs = workspace().modelling.jobs.page(limit=SHOWN)
    view = st.segmented_control(
        "View",
        VIEWS,
        default=JOBS if jobs or not MAY_TRAIN or "job" in st.query_params else TRAIN,
        required=True,
        key="training_view",
        label_visibility="collapsed",
    )
    if view == TRAIN:
        show_training_form()
        show_custom_images()
    elif view == TUNE:
        show_tuning_form()
    elif not jobs:
        st.info("Nothing has been trained here yet.", icon=":material/model_training:")
        if MAY_TRAIN:
            st.button("Train a model", icon=":material/play_arrow:", on_click=turn_to_training, key="training_first")
    else:
        selected = choose_jobs(jobs, timezone=timezone)
        if not selected:
            selected = [job_by_id(asked)] if (asked := st.query_params.get("job")) else jobs[:1]
        if len(selected) > 1:
            show_comparison(selected)
        show_job(selected[0])
except HwrError as error:
    show_error_with_retry(error)
