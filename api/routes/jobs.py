"""Jobs: trainings, tunings and evaluations, each in a process of its own."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, status
from fastapi.responses import PlainTextResponse, Response

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.inputs.paging import Before, PageSize
from api.inputs.request_bodies import JsonRoute
from api.schemas.fields import LARGEST_ID
from api.schemas.jobs import (
    EvaluateIn,
    EventsOut,
    JobId,
    JobOut,
    JobRow,
    JobsOut,
    JobStartedOut,
    TrainIn,
    TrainScriptsIn,
    TuneIn,
)
from api.schemas.notes import NotesIn
from hwr_core.app import JobKind, JobState, Workspace

router = APIRouter(prefix="/api", tags=["jobs"], responses=RESPONSES, route_class=JsonRoute)

LOG: dict[int | str, dict[str, object]] = {
    200: {"content": {"text/plain": {"schema": {"type": "string"}, "example": "Epoch 1 of 12\n"}}}
}

JobNumber = Annotated[JobId, Path(le=LARGEST_ID)]


@router.post("/train", status_code=status.HTTP_202_ACCEPTED, summary="Train a model")
@calls("modelling.train")
def train(body: TrainIn, workspace: WorkspaceDep) -> JobStartedOut:
    """Queue a training and answer at once. The new version is served once it is promoted."""
    modelling = workspace.modelling
    if body.use_hyperparameter_tuning:
        return JobStartedOut.of(modelling.tune({"base": body.values(), "train_best": True}, body.user_id))
    return JobStartedOut.of(modelling.train(body.values(), body.user_id))


@router.post("/train-scripts", status_code=status.HTTP_202_ACCEPTED, summary="Train scripts")
@calls("modelling.train_scripts")
def train_scripts(body: TrainScriptsIn, workspace: WorkspaceDep) -> JobStartedOut:
    """Queue a training that teaches the served version to read scripts, and answer at once."""
    return JobStartedOut.of(workspace.modelling.train_scripts(body.values(), body.user_id))


@router.post("/tune", status_code=status.HTTP_202_ACCEPTED, summary="Tune the configuration of trainings")
@calls("modelling.tune")
def tune(body: TuneIn, workspace: WorkspaceDep) -> JobStartedOut:
    """Queue a search for a better training configuration and answer at once."""
    return JobStartedOut.of(workspace.modelling.tune(body.values(), body.user_id))


@router.post("/evaluate", status_code=status.HTTP_202_ACCEPTED, summary="Evaluate models")
@calls("modelling.evaluate")
def evaluate(body: EvaluateIn, workspace: WorkspaceDep) -> JobStartedOut:
    """Queue the evaluation of model versions on suites of images and answer at once."""
    return JobStartedOut.of(workspace.modelling.evaluate(body.values(), body.user_id))


@router.get("/jobs", summary="List jobs")
@calls("modelling.jobs.page")
def jobs(
    workspace: WorkspaceDep,
    limit: PageSize = 100,
    before: Before = None,
    state: Annotated[JobState | None, Query(description="Only jobs in this state.", examples=["running"])] = None,
    kind: Annotated[JobKind | None, Query(description="Only jobs of this kind.", examples=["train"])] = None,
) -> JobsOut:
    """Return jobs with their progress, newest first."""
    states = [] if state is None else [state]
    found = workspace.modelling.jobs.page(limit=limit, before=before, states=states, kind=kind)
    return JobsOut.of([JobRow.of(job, workspace.modelling.jobs.progress(job)) for job in found])


@router.get("/jobs/{job_id}", summary="Get a job")
@calls("modelling.jobs.get")
def job(job_id: JobNumber, workspace: WorkspaceDep) -> JobOut:
    """Return a job with its progress and, at the end, its result."""
    return _job_out(workspace, job_id)


@router.get("/jobs/{job_id}/events", summary="List the events of a job")
@calls("modelling.jobs.folder")
def events(
    job_id: JobNumber,
    workspace: WorkspaceDep,
    after: Annotated[
        int, Query(ge=0, le=LARGEST_ID // 2, description="`next_after` of an earlier answer.", examples=[0])
    ] = 0,
) -> EventsOut:
    """Return the events of a job from a position on: log lines, epochs, trials."""
    workspace.modelling.jobs.get(job_id)
    return EventsOut.of(*workspace.modelling.jobs.folder(job_id).events.read(after))


# Not response_class=PlainTextResponse: FastAPI would document the errors as plain text, too.
@router.get("/jobs/{job_id}/log", response_class=Response, responses=LOG, summary="Get the output of a job")
@calls("modelling.jobs.folder")
def log(job_id: JobNumber, workspace: WorkspaceDep) -> PlainTextResponse:
    """Return the end of what the process of a job has written."""
    workspace.modelling.jobs.get(job_id)
    return PlainTextResponse(workspace.modelling.jobs.folder(job_id).log())


@router.put("/jobs/{job_id}/notes", summary="Update the title, tags and notes of a job")
@calls("modelling.jobs.describe")
def describe(job_id: JobNumber, body: NotesIn, workspace: WorkspaceDep) -> JobOut:
    """Replace what people say of a job; nothing else of it changes."""
    workspace.modelling.jobs.describe(job_id, body.title, tuple(body.tags), body.notes)
    return _job_out(workspace, job_id)


@router.post("/jobs/{job_id}/cancel", summary="Cancel a job")
@calls("modelling.jobs.cancel")
def cancel(job_id: JobNumber, workspace: WorkspaceDep) -> JobOut:
    """Cancel a queued job at once, a running one within seconds; 409 if it has ended."""
    workspace.modelling.jobs.cancel(job_id)
    return _job_out(workspace, job_id)


@router.post("/jobs/{job_id}/resume", summary="Resume a job")
@calls("modelling.jobs.resume")
def resume(job_id: JobNumber, workspace: WorkspaceDep) -> JobOut:
    """Resume a failed or cancelled job from its last checkpoint; 409 for any other."""
    workspace.modelling.jobs.resume(job_id)
    return _job_out(workspace, job_id)


def _job_out(workspace: Workspace, job_id: int) -> JobOut:
    found = workspace.modelling.jobs.get(job_id)
    return JobOut(data=JobRow.of(found, workspace.modelling.jobs.progress(found)))
