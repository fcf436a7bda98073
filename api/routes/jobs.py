"""Long work: trainings, tunings and evaluations, each in a process of its own."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, status
from fastapi.responses import PlainTextResponse, Response

from api.auth.permissions import calls
from api.dependencies import WorkspaceDep
from api.errors import RESPONSES
from api.schemas.fields import LARGEST_ID
from api.schemas.jobs import EvaluateIn, EventsOut, JobId, JobOut, JobRow, JobsOut, JobStartedOut, TrainIn, TuneIn
from hwr_core.app.workspace import Workspace
from hwr_core.jobs.table import JobKind, JobState

router = APIRouter(prefix="/api", tags=["jobs"], responses=RESPONSES)

LOG: dict[int | str, dict[str, object]] = {
    200: {"content": {"text/plain": {"schema": {"type": "string"}, "example": "Epoch 1 of 12\n"}}}
}

JobNumber = Annotated[JobId, Path(le=LARGEST_ID)]


@router.post("/train", status_code=status.HTTP_202_ACCEPTED)
@calls("modelling.train")
def train(given: TrainIn, workspace: WorkspaceDep) -> JobStartedOut:
    """Queue a training and answer at once; the version it makes is served only when it is promoted."""
    modelling = workspace.modelling
    if given.use_hyperparameter_tuning:
        return JobStartedOut.of(modelling.tune({"base": given.values(), "train_best": True}, given.user_id))
    return JobStartedOut.of(modelling.train(given.values(), given.user_id))


@router.post("/tune", status_code=status.HTTP_202_ACCEPTED)
@calls("modelling.tune")
def tune(given: TuneIn, workspace: WorkspaceDep) -> JobStartedOut:
    """Queue a search for a better training config."""
    return JobStartedOut.of(workspace.modelling.tune(given.values(), given.user_id))


@router.post("/evaluate", status_code=status.HTTP_202_ACCEPTED)
@calls("modelling.evaluate")
def evaluate(given: EvaluateIn, workspace: WorkspaceDep) -> JobStartedOut:
    """Queue the measuring of versions on suites of images."""
    return JobStartedOut.of(workspace.modelling.evaluate(given.values(), given.user_id))


@router.get("/jobs")
@calls("modelling.jobs.page")
def jobs(
    workspace: WorkspaceDep,
    limit: Annotated[int, Query(ge=1, le=1000, description="The most rows to answer with.", examples=[100])] = 100,
    before: Annotated[
        int | None, Query(ge=1, le=LARGEST_ID, description="Only jobs older than this one.", examples=[42])
    ] = None,
    state: Annotated[JobState | None, Query(description="Only those in this state.", examples=["running"])] = None,
    kind: Annotated[JobKind | None, Query(description="Only those of this kind.", examples=["train"])] = None,
) -> JobsOut:
    """List jobs, the newest first."""
    states = [] if state is None else [state]
    found = workspace.modelling.jobs.page(limit=limit, before=before, states=states, kind=kind)
    return JobsOut(count=len(found), data=[JobRow.of(job, workspace.modelling.jobs.progress(job)) for job in found])


@router.get("/jobs/{job_id}")
@calls("modelling.jobs.get")
def job(job_id: JobNumber, workspace: WorkspaceDep) -> JobOut:
    """Return one job and how far it has come."""
    return _told(workspace, job_id)


@router.get("/jobs/{job_id}/events")
@calls("modelling.jobs.folder")
def events(
    job_id: JobNumber,
    workspace: WorkspaceDep,
    after: Annotated[
        int, Query(ge=0, le=LARGEST_ID // 2, description="`next_after` of an earlier answer.", examples=[0])
    ] = 0,
) -> EventsOut:
    """Return what a job has said: its log, its curve, its trials."""
    workspace.modelling.jobs.get(job_id)
    return EventsOut.of(*workspace.modelling.jobs.folder(job_id).events.read(after))


# Not response_class=PlainTextResponse: FastAPI would say of the errors, too, that they are plain text.
@router.get("/jobs/{job_id}/log", response_class=Response, responses=LOG)
@calls("modelling.jobs.folder")
def log(job_id: JobNumber, workspace: WorkspaceDep) -> PlainTextResponse:
    """Return the end of what a job's process wrote."""
    workspace.modelling.jobs.get(job_id)
    return PlainTextResponse(workspace.modelling.jobs.folder(job_id).log())


@router.post("/jobs/{job_id}/cancel")
@calls("modelling.jobs.cancel")
def cancel(job_id: JobNumber, workspace: WorkspaceDep) -> JobOut:
    """Cancel a job: a queued one at once, a running one within seconds; 409 when it has ended."""
    workspace.modelling.jobs.cancel(job_id)
    return _told(workspace, job_id)


@router.post("/jobs/{job_id}/resume")
@calls("modelling.jobs.resume")
def resume(job_id: JobNumber, workspace: WorkspaceDep) -> JobOut:
    """Let a failed or cancelled job go on from its last checkpoint; 409 for any other."""
    workspace.modelling.jobs.resume(job_id)
    return _told(workspace, job_id)


def _told(workspace: Workspace, job_id: int) -> JobOut:
    found = workspace.modelling.jobs.get(job_id)
    return JobOut(data=JobRow.of(found, workspace.modelling.jobs.progress(found)))
