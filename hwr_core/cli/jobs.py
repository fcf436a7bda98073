"""hwr jobs: trainings, tunings and evaluations."""

import json
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from cyclopts import App, Parameter

from hwr_core.cli.arguments.options import AsJson, Tags, Text, Title
from hwr_core.cli.arguments.workspace import opened
from hwr_core.cli.output.status import DONE

if TYPE_CHECKING:
    from hwr_core.jobs.table import Job

JobId: TypeAlias = Annotated[int, Parameter(name="JOB", help="The job's number.")]

app = App(
    name="jobs", help="Trainings, tunings and evaluations: list, show, log, note, cancel, resume, export to MLflow."
)


@app.command(name="list")
def list_jobs(*, as_json: AsJson = False) -> int:
    """List the newest jobs."""
    with opened() as workspace:
        for job in workspace.modelling.jobs.page():
            print(json.dumps(_as_json(job)) if as_json else _as_line(job))
    return DONE


@app.command
def show(job: JobId, /) -> int:
    """Show a job in full, as JSON."""
    with opened() as workspace:
        print(json.dumps(_as_json(workspace.modelling.jobs.get(job)), indent=1))
    return DONE


@app.command
def log(job: JobId, /) -> int:
    """Show a job's log."""
    with opened() as workspace:
        workspace.modelling.jobs.get(job)
        print(workspace.modelling.jobs.folder(job).log(), end="")
    return DONE


@app.command
def note(job: JobId, /, *, title: Title = "", tags: Tags = (), text: Text = "") -> int:
    """Replace a job's title, tags and notes; what is not given is removed."""
    with opened() as workspace:
        described = workspace.modelling.jobs.describe(job, title, tags, text)
    print(described.id, *described.notes.in_words(), sep="  ")
    return DONE


@app.command
def mlflow(
    jobs: Annotated[
        tuple[int, ...], Parameter(name="JOB", help="The jobs' numbers; all that have ended without.")
    ] = (),
    /,
    *,
    to: Annotated[str, Parameter(help="A folder, or the address of a tracking server.")] = "mlruns",
    experiment: Annotated[str, Parameter(help="The MLflow experiment that the runs are put into.")] = "hwr",
) -> int:
    """Export jobs as MLflow runs: parameters, curves, results, log and model files.

    Needs mlflow-skinny. A job that was exported before is left as it is.
    """
    from hwr_core.ops.mlflow import export_jobs

    with opened() as workspace:
        for job, run in export_jobs(workspace, jobs, to=to, experiment=experiment):
            print(f"job {job.id} is run {run}")
    return DONE


@app.command
def cancel(job: JobId, /) -> int:
    """Cancel a queued or running job."""
    with opened() as workspace:
        cancelled = workspace.modelling.jobs.cancel(job)
    print(f"job {cancelled.id} is cancelled" if cancelled.state.is_finished else f"job {cancelled.id} stops")
    return DONE


@app.command
def resume(job: JobId, /) -> int:
    """Resume a failed or cancelled job from its last checkpoint."""
    from hwr_core.cli.output.follow import report_end, run_job

    return report_end(run_job(lambda workspace: workspace.modelling.jobs.resume(job)))


def _as_line(job: "Job") -> str:
    made = (job.result or {}).get("model_version", "")
    title = f"  {job.notes.title}" if job.notes.title else ""
    return (
        f"{job.id:>6}  {job.created_at:%Y-%m-%d %H:%M}  {job.kind:<8}  {job.state:<9}  {made or job.error or ''}{title}"
    )


def _as_json(job: "Job") -> dict[str, Any]:
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "created_at": job.created_at.isoformat(),
        "started_at": job.started_at and job.started_at.isoformat(),
        "finished_at": job.finished_at and job.finished_at.isoformat(),
        "attempt": job.attempt,
        "config": dict(job.config),
        "result": job.result,
        "error": job.error,
        **job.notes.model_dump(),
    }
