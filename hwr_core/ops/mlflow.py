"""Jobs -> runs of MLflow, for those who compare their runs there: parameters, curves, results, log and files.

MLflow is the optional package mlflow-skinny, which writes to a folder or to a tracking server. It is loaded when jobs
are exported: it may not be there, and takes a second.
"""

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

from hwr_core.app.workspace import Workspace
from hwr_core.errors import Conflict, HwrError, InvalidValue, NotInstalled
from hwr_core.files import because
from hwr_core.jobs.config import flat
from hwr_core.jobs.events import Event, EventKind
from hwr_core.jobs.table import Job, JobState
from hwr_core.registry.registry import CARD, ModelVersion

JOB, CREATED = "hwr.job", "hwr.created_at"
"""Tags by which a run is known again: a job's number and when it was created."""

STATUS = {JobState.SUCCEEDED: "FINISHED", JobState.FAILED: "FAILED", JobState.CANCELLED: "KILLED"}

LONGEST_PARAMETER = 6000
"""Characters that MLflow takes."""

AT_ONCE = 100
"""Parameters or metrics in one request, which MLflow limits."""


class MlflowFailed(HwrError):
    """MLflow could not store a run."""


class _Measured(NamedTuple):
    """A number, when it was measured, and in which epoch; 0 for one of the whole job."""

    name: str
    value: float
    at: datetime
    epoch: int = 0


def export_jobs(workspace: Workspace, job_ids: Sequence[int], *, to: str, experiment: str) -> Iterator[tuple[Job, str]]:
    """Yield each job with the id of its run, as soon as it is exported; one that was exported before is left as it is.

    Args:
        workspace: where the jobs are.
        job_ids: the jobs, which must have ended; all that have ended if there are none.
        to: a folder, or the address of a tracking server (http://, https://).
        experiment: the name of the MLflow experiment, which is made where it is missing.

    Raises:
        NotFound: there is no such job.
        Conflict: a job has not ended.
        InvalidValue: the name of the experiment is empty.
        NotInstalled: MLflow is missing.
        MlflowFailed: it could not store a run.
    """
    if not experiment.strip():
        raise InvalidValue("The name of the experiment is empty.")
    jobs = [workspace.modelling.jobs.get(number) for number in job_ids] or _ended(workspace)
    for job in jobs:
        if not job.state.is_finished:
            raise Conflict(f"Job {job.id} is {job.state}; a job can be exported once it has ended.")
    mlflow = _loaded()
    try:
        runs = _Runs(mlflow, to, experiment)
        for job in jobs:
            yield job, runs.of(job) or _export(runs, job, workspace)
    except mlflow.exceptions.MlflowException as error:
        raise MlflowFailed(f"MLflow could not store the run: {error.message}") from error
    except OSError as error:
        raise MlflowFailed(f"MLflow could not store the run in {to}{because(error)}.") from error


def _loaded() -> Any:
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")  # all that mlflow-skinny can write without a server
    try:
        return import_module("mlflow")
    except ImportError as error:
        raise NotInstalled("The export needs MLflow", "mlflow") from error


def _ended(workspace: Workspace) -> list[Job]:
    """All jobs that have ended, oldest first."""
    found: list[Job] = []
    while page := workspace.modelling.jobs.page(before=found[-1].id if found else None, states=list(STATUS)):
        found += page
    return found[::-1]


class _Runs:
    """The runs of one experiment."""

    def __init__(self, mlflow: Any, to: str, experiment: str) -> None:
        self._entities = mlflow.entities
        self.client = mlflow.MlflowClient(to if "://" in to else Path(to).resolve().as_uri())
        found = self.client.get_experiment_by_name(experiment)
        self._experiment = found.experiment_id if found else self.client.create_experiment(experiment)

    def of(self, job: Job) -> str | None:
        """The run of a job that was exported before, to its end."""
        asked = f"tags.`{JOB}` = '{job.id}' and tags.`{CREATED}` = '{job.created_at.isoformat()}'"
        asked += f" and attributes.status = '{STATUS[job.state]}'"
        found = self.client.search_runs([self._experiment], asked, max_results=1)
        return str(found[0].info.run_id) if found else None

    def start(self, name: str, at: datetime, tags: Mapping[str, str], parameters: Mapping[str, Any]) -> str:
        """Begin a run with its parameters; return its id."""
        begun = self.client.create_run(
            self._experiment, start_time=_milliseconds(at), tags=dict(tags), run_name=name
        ).info.run_id
        found = [self._entities.Param(name, str(value)[:LONGEST_PARAMETER]) for name, value in parameters.items()]
        for first in range(0, len(found), AT_ONCE):
            self.client.log_batch(begun, params=found[first : first + AT_ONCE])
        return str(begun)

    def measured(self, run: str, numbers: Sequence[_Measured]) -> None:
        """Add numbers to a run."""
        found = [self._entities.Metric(each.name, each.value, _milliseconds(each.at), each.epoch) for each in numbers]
        for first in range(0, len(found), AT_ONCE):
            self.client.log_batch(run, metrics=found[first : first + AT_ONCE])

    def end(self, run: str, status: str, at: datetime) -> None:
        """End a run: from now on it counts as exported."""
        self.client.set_terminated(run, status, _milliseconds(at))


def _export(runs: _Runs, job: Job, workspace: Workspace) -> str:
    folder = workspace.modelling.jobs.folder(job.id)
    events, ended = folder.events.attempt(), job.finished_at or job.created_at
    title = job.notes.title or f"{job.kind} {job.id}"
    run = runs.start(title, job.started_at or job.created_at, _tags(job), flat(job.config))
    runs.measured(run, [*_curves(events), *_figures(job, ended)])
    for event in events:
        if event.kind is EventKind.TRIAL:
            _export_trial(runs, run, event)
    if folder.log_file.exists():
        runs.client.log_artifact(run, str(folder.log_file))
    for version in workspace.modelling.registry.versions():
        if version.name == (job.result or {}).get("model_version"):
            _add_files(runs, run, version)
    runs.end(run, STATUS[job.state], ended)
    return run


def _export_trial(runs: _Runs, tuning: str, event: Event) -> None:
    """A trial of a tuning becomes a run below that of the tuning."""
    trial, value = event.data, event.data["value"]
    tags = {"mlflow.parentRunId": tuning, "hwr.state": str(trial["state"])}
    run = runs.start(f"trial {trial['number']}", event.at, tags, trial["params"])
    if value is not None:
        runs.measured(run, [_Measured("val_accuracy", float(value), event.at)])
    runs.end(run, "KILLED" if value is None else "FINISHED", event.at)


def _add_files(runs: _Runs, run: str, version: ModelVersion) -> None:
    """The files of a version, and its card."""
    with tempfile.TemporaryDirectory() as folder:
        for name in version.card.files:
            (Path(folder) / name).write_bytes(version.read_file(name))
        (Path(folder) / CARD).write_text(version.card.model_dump_json(indent=1), encoding="utf-8")
        runs.client.log_artifacts(run, folder, "model")


def _tags(job: Job) -> dict[str, str]:
    tags = dict.fromkeys(job.notes.tags, "true")
    if job.notes.text:
        tags["mlflow.note.content"] = job.notes.text
    return tags | {JOB: str(job.id), CREATED: job.created_at.isoformat(), "hwr.kind": job.kind.value}


def _curves(events: Sequence[Event]) -> Iterator[_Measured]:
    """What was reported of each epoch."""
    for event in events:
        if event.kind is EventKind.EPOCH:
            for name, value in event.data.items():
                if name not in {"epoch", "epochs"}:
                    yield _Measured(name, float(value), event.at, int(event.data["epoch"]))


def _figures(job: Job, at: datetime) -> list[_Measured]:
    """The numbers of a job's result; those of a part are "part.name"."""
    found = flat(job.result or {})
    return [_Measured(name, float(value), at) for name, value in found.items() if type(value) in (int, float)]


def _milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)
