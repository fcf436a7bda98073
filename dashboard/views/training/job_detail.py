"""One job in full: its state, progress, curves and result, refreshed while it is running."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from dashboard.components import wording
from dashboard.components.messages import do_and_rerun, literal, show_error
from dashboard.components.notes import show_notes_button, tag_badges
from dashboard.components.user_switch import user_id
from dashboard.services import allowed, workspace
from dashboard.views.training import charts
from dashboard.views.training.chart_panel import show_chart
from dashboard.views.training.job_table import seconds, title_of
from dashboard.views.training.training_form import fill_in
from hwr_core.app import Job, JobEvent, JobEventKind, JobKind, JobState, Permission
from hwr_core.errors import HwrError

STATES = {
    JobState.QUEUED: ":material/schedule: Queued",
    JobState.RUNNING: ":material/progress_activity: Running",
    JobState.SUCCEEDED: ":material/check_circle: Done",
    JobState.FAILED: ":material/error: Failed",
    JobState.CANCELLED: ":material/cancel: Cancelled",
}


def show_job(job: Job) -> None:
    """One job in full; as long as it is not finished this refreshes itself and nothing else on the page."""
    refresh = None if job.state.is_finished else "1s"
    st.fragment(_show_job, run_every=refresh)(job.id, job.state)


def _show_job(job_id: int, shown: JobState) -> None:
    try:
        jobs = workspace().modelling.jobs
        job = jobs.get(job_id)
        events = jobs.folder(job_id).events.attempt()
    except HwrError as error:
        show_error(error)
        return
    if job.state is not shown:
        st.rerun(scope="app")  # the page's table and buttons show the job as it was
    st.subheader(literal(title_of(job)))
    _show_notes(job)
    _show_state(job)
    if allowed(Permission.TRAIN):
        _show_actions(job)
    if job.kind is JobKind.TUNE:
        _show_tuning(job, events)
    _show_curves(events)
    if job.state is JobState.SUCCEEDED:
        _show_result(job)
    with st.expander("Configuration", icon=":material/settings:"):
        st.json(dict(job.config))
    with st.expander("Log", icon=":material/terminal:"):
        st.code(jobs.folder(job_id).log() or "Nothing yet.", language=None, height=300)


def _show_notes(job: Job) -> None:
    if job.notes.tags:
        st.markdown(" ".join(tag_badges(job.notes)))
    if job.notes.text:
        st.markdown(literal(job.notes.text))


def _show_state(job: Job) -> None:
    st.markdown(f"**{STATES[job.state]}** {_time(job)}")
    progress = workspace().modelling.jobs.progress(job)
    if not job.state.is_finished:
        left = "" if progress.eta_seconds is None else f", about {wording.duration(progress.eta_seconds)} left"
        st.progress(progress.share, f"{progress.doing or 'Starting'}{left}")
    if job.error:
        st.error(literal(job.error))


def _show_actions(job: Job) -> None:
    jobs = workspace().modelling.jobs
    with st.container(horizontal=True):
        if not job.state.is_finished and st.button("Cancel", icon=":material/stop:", key=f"training_cancel_{job.id}"):
            do_and_rerun(lambda: jobs.cancel(job.id))
        if job.can_be_resumed and st.button("Resume", icon=":material/play_arrow:", key=f"training_resume_{job.id}"):
            do_and_rerun(lambda: jobs.resume(job.id))
        if job.kind is JobKind.TRAIN and st.button(
            "Train again with changes",
            icon=":material/edit:",
            on_click=_train_again,
            args=(job,),
            key=f"training_again_{job.id}",
        ):
            st.rerun(scope="app")
        show_notes_button(job.notes, partial(jobs.describe, job.id), f"training_{job.id}")


def _train_again(job: Job) -> None:
    """Open the form with what this training was asked for."""
    fill_in(job.config)
    st.session_state["training_view"] = "Train"


def _show_curves(events: Sequence[JobEvent]) -> None:
    if not any(event.kind in (JobEventKind.BATCH, JobEventKind.EPOCH) for event in events):
        return
    left, right = st.columns(2)
    with left:
        show_chart("Is the loss still falling?", charts.loss(events), key="training_loss")
    with right:
        show_chart("How accurate is it?", charts.accuracy(events), key="training_accuracy")


def _show_tuning(job: Job, events: Sequence[JobEvent]) -> None:
    if not any(event.kind is JobEventKind.TRIAL and event.data["value"] is not None for event in events):
        return
    show_chart("Is the search still improving?", charts.trials(events), key="training_trials_chart")
    show_chart("Which values do the best trials have?", charts.parallel(events), key="training_parallel")
    importance = charts.importance(events)
    if importance is not None:
        show_chart("Which values matter most?", importance, key="training_importance")
    result = job.result or {}
    if (
        job.state is JobState.SUCCEEDED
        and "best_config" in result
        and "model_version" not in result
        and allowed(Permission.TRAIN)
        and st.button("Train the best in full", type="primary", key=f"training_best_{job.id}")
    ):
        started = workspace().modelling.train(result["best_config"], user_id())
        st.session_state["training_opened"] = started.id
        st.rerun(scope="app")


def _show_result(job: Job) -> None:
    result = job.result or {}
    if result.get("base_value") is not None:
        st.markdown(
            f"Best validation accuracy: **{result['best_value']:.2%}**, with the initial configuration "
            f"**{result['base_value']:.2%}**."
        )
    if "model_version" in result:
        st.markdown(f"New model version: **{result['model_version']}**.")
        if result.get("far_worse"):
            reasons = " ".join(map(literal, result["far_worse"]))
            st.warning(f"It is far worse than the served version, so it was not made the challenger. {reasons}")
        st.page_link(
            "app_pages/models.py",
            label="View, compare or promote it",
            icon=":material/deployed_code:",
            query_params={"version": result["model_version"]},
        )


def _time(job: Job) -> str:
    taken = seconds(job)
    if taken is None:
        return "" if job.state.is_finished else "Not started yet."
    return f"{'after' if job.state.is_finished else 'for'} {wording.duration(taken)}"
