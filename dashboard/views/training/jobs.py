"""Jobs as the Training page shows them: a table of all, and one in full while it works."""

from collections.abc import Sequence
from datetime import UTC, datetime

import plotly.graph_objects as go
import streamlit as st

from dashboard.components import wording
from dashboard.components.panels import show_error
from dashboard.components.user_switch import user_id
from dashboard.services import allowed, workspace
from dashboard.views.training import charts
from hwr_core.auth.permissions import Permission
from hwr_core.errors import HwrError, NotFound
from hwr_core.jobs.events import Event, EventKind
from hwr_core.jobs.table import Job, JobKind, JobState

SYMBOLS = {
    JobState.QUEUED: ":material/schedule: Queued",
    JobState.RUNNING: ":material/progress_activity: Running",
    JobState.SUCCEEDED: ":material/check_circle: Done",
    JobState.FAILED: ":material/error: Failed",
    JobState.CANCELLED: ":material/cancel: Cancelled",
}
LONGEST = 18
"""Figures of a job's number."""
KINDS = {JobKind.TRAIN: "Training", JobKind.TUNE: "Tuning", JobKind.EVALUATE: "Evaluation"}


def choose_jobs(jobs: Sequence[Job], *, timezone: str) -> list[Job]:
    """A table of jobs; returns those selected."""
    columns = st.column_config
    state = st.dataframe(
        {
            "Job": [job.id for job in jobs],
            "What": [KINDS[job.kind] for job in jobs],
            "State": [job.state.capitalize() for job in jobs],
            "Asked": [job.created_at for job in jobs],
            "Took": [wording.duration(taken) if (taken := _seconds(job)) is not None else "" for job in jobs],
            "Came of it": [outcome(job) for job in jobs],
        },
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key="training_jobs",
        placeholder="",
        alt="Jobs, newest first",
        column_config={
            "Job": columns.NumberColumn(width=52, format="%d"),
            "Asked": columns.DatetimeColumn(width=140, format="D MMM YYYY, HH:mm", timezone=timezone),
        },
    )
    return [jobs[row] for row in state["selection"]["rows"]]


def job_asked_for(number: str) -> Job:
    """The job that an address asks for by its number. Raises NotFound."""
    if not number.isdecimal() or len(number) > LONGEST:
        raise NotFound(f"There is no job {number[:LONGEST]!r}; a job's number is needed.")
    return workspace().modelling.jobs.get(int(number))


def outcome(job: Job) -> str:
    """What came of a job, in a few words."""
    result = job.result or {}
    if job.error:
        return job.error
    if "model_version" in result:
        accuracy = result.get("test_accuracy")
        return f"{result['model_version']}{'' if accuracy is None else f', test {accuracy:.2%}'}"
    if "best_value" in result:
        return f"best of {result['trials']} trials: {result['best_value']:.2%}"
    return ", ".join(result.get("suites", ()))


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
        st.rerun(scope="app")  # the page's table and buttons are of the job as it was
    st.subheader(f"{KINDS[job.kind]} {job.id}")
    st.markdown(f"**{SYMBOLS[job.state]}** {_when(job)}")
    progress = jobs.progress(job)
    if not job.state.is_finished:
        left = "" if progress.eta_seconds is None else f", about {wording.duration(progress.eta_seconds)} left"
        st.progress(progress.share, f"{progress.doing or 'Starting'}{left}")
    if job.error:
        st.error(job.error)
    _show_acts(job)
    if job.kind is JobKind.TUNE:
        _show_tuning(job, events)
    _show_curves(events)
    if job.state is JobState.SUCCEEDED:
        _show_result(job)
    with st.expander("Config", icon=":material/settings:"):
        st.json(dict(job.config))
    with st.expander("Log", icon=":material/terminal:"):
        st.code(jobs.folder(job_id).log() or "Nothing yet.", language=None, height=300)


def _show_acts(job: Job) -> None:
    if not allowed(Permission.TRAIN):
        return
    with st.container(horizontal=True):
        if not job.state.is_finished and st.button("Cancel", icon=":material/stop:", key=f"training_cancel_{job.id}"):
            _act(workspace().modelling.jobs.cancel, job)
        if job.can_be_resumed and st.button("Resume", icon=":material/play_arrow:", key=f"training_resume_{job.id}"):
            _act(workspace().modelling.jobs.resume, job)


def _act(act: object, job: Job) -> None:
    try:
        act(job.id)  # type: ignore[operator]
    except HwrError as error:
        show_error(error)
    else:
        st.rerun(scope="app")


def _show_curves(events: Sequence[Event]) -> None:
    if not any(event.kind in (EventKind.BATCH, EventKind.EPOCH) for event in events):
        return
    left, right = st.columns(2)
    with left:
        _chart(charts.loss(events), "Does it still learn?", key="training_loss")
    with right:
        _chart(charts.accuracy(events), "How much is read right?", key="training_accuracy")


def _show_tuning(job: Job, events: Sequence[Event]) -> None:
    if not any(event.kind is EventKind.TRIAL and event.data["value"] is not None for event in events):
        return
    _chart(charts.trials(events), "Does searching on still help?", key="training_trials_chart")
    _chart(charts.parallel(events), "Which values go with good trials?", key="training_parallel")
    importance = charts.importance(events)
    if importance is not None:
        _chart(importance, "Which value matters?", key="training_importance")
    if (
        job.state is JobState.SUCCEEDED
        and job.result
        and "model_version" not in job.result
        and allowed(Permission.TRAIN)
        and st.button("Train the best in full", type="primary", key=f"training_best_{job.id}")
    ):
        started = workspace().modelling.train(job.result["best_config"], user_id())
        st.session_state["training_opened"] = started.id
        st.rerun(scope="app")


def _show_result(job: Job) -> None:
    result = job.result or {}
    if "base_value" in result and result["base_value"] is not None:
        st.markdown(
            f"Best: **{result['best_value']:.2%}** of the validation images right, against "
            f"**{result['base_value']:.2%}** by the config it started from."
        )
    if "model_version" in result:
        st.markdown(f"It made **{result['model_version']}**.")
        st.page_link(
            "app_pages/models.py",
            label="Look at it, compare it, promote it",
            icon=":material/deployed_code:",
            query_params={"version": result["model_version"]},
        )


def show_comparison(jobs: Sequence[Job]) -> None:
    """The validation curves of several jobs in one chart."""
    folders = workspace().modelling.jobs
    curves = {f"{KINDS[job.kind]} {job.id}": folders.folder(job.id).events.attempt() for job in jobs}
    st.subheader("Side by side")
    _chart(charts.compared(curves), "Which of them reads unseen writers best?", key="training_compared")


def _chart(figure: go.Figure, words: str, *, key: str) -> None:
    st.markdown(f"**{words}**")
    st.plotly_chart(figure, key=key, config={"displayModeBar": False}, alt=words)


def _when(job: Job) -> str:
    taken = _seconds(job)
    if taken is None:
        return "It has not begun yet."
    return f"for {wording.duration(taken)}" if not job.state.is_finished else f"after {wording.duration(taken)}"


def _seconds(job: Job) -> float | None:
    if job.started_at is None:
        return None
    return ((job.finished_at or datetime.now(UTC)) - job.started_at).total_seconds()
