"""All jobs as a table, with what each resulted in."""

from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from dashboard.components import wording
from dashboard.services import workspace
from hwr_core.app import Job, JobKind
from hwr_core.errors import NotFound

KINDS = {JobKind.TRAIN: "Training", JobKind.SCRIPTS: "Scripts", JobKind.TUNE: "Tuning", JobKind.EVALUATE: "Evaluation"}
LONGEST = 18
"""Figures of an id."""


def choose_jobs(jobs: Sequence[Job], *, timezone: str) -> list[Job]:
    """Show the table; return the selected jobs."""
    columns = st.column_config
    state = st.dataframe(
        {
            "Job": [job.id for job in jobs],
            "Type": [KINDS[job.kind] for job in jobs],
            **({"Title": titles} if any(titles := [job.notes.title for job in jobs]) else {}),
            "State": [job.state.capitalize() for job in jobs],
            "Created": [job.created_at for job in jobs],
            "Duration": [wording.duration(taken) if (taken := seconds(job)) is not None else "" for job in jobs],
            "Result": [result_of(job) for job in jobs],
        },
        hide_index=True,
        on_select="rerun",
        selection_mode="multi-row",
        key="training_jobs",
        placeholder="",
        alt="Jobs, newest first",
        column_config={
            "Job": columns.NumberColumn(width=52, format="%d"),
            "Created": columns.DatetimeColumn(width=140, format="D MMM YYYY, HH:mm", timezone=timezone),
        },
    )
    return [jobs[row] for row in state["selection"]["rows"]]


def job_by_id(asked: str) -> Job:
    """The job that an address asks for by its id. Raises NotFound."""
    if not asked.isdecimal() or len(asked) > LONGEST:
        raise NotFound(f"There is no job {asked[:LONGEST]!r}; an id is a whole number.")
    return workspace().modelling.jobs.get(int(asked))


def title_of(job: Job) -> str:
    """What kind of job it is, with its id and the title that people gave it."""
    return f"{KINDS[job.kind]} {job.id}" + (f": {job.notes.title}" if job.notes.title else "")


def result_of(job: Job) -> str:
    """What a job resulted in, in a few words."""
    result = job.result or {}
    if job.error:
        return job.error
    if "model_version" in result:
        accuracy = result.get("test_accuracy")
        return f"{result['model_version']}{'' if accuracy is None else f', test accuracy {accuracy:.2%}'}"
    if "best_value" in result:
        return f"best of {result['trials']} trials: {result['best_value']:.2%}"
    return ", ".join(result.get("suites", ()))


def seconds(job: Job) -> float | None:
    """How long a job has been running, or ran; None before its start."""
    if job.started_at is None:
        return None
    return ((job.finished_at or datetime.now(UTC)) - job.started_at).total_seconds()
