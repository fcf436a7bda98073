"""Jobs as runs of MLflow, read back by MLflow itself."""

import json
import sys
from pathlib import Path
from typing import Any

import mlflow
import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.cli.program import main
from hwr_core.errors import Conflict, InvalidValue, NotFound, NotInstalled
from hwr_core.jobs.events import Event, EventKind
from hwr_core.jobs.table import JobKind, Jobs
from hwr_core.ops.mlflow import MlflowFailed, export_jobs
from hwr_core.settings import Settings

EPOCHS = [
    Event(EventKind.EPOCH, {"epoch": number, "epochs": 2, "seconds": 3.0, "loss": 0.5 / number, "val_accuracy": 0.9})
    for number in (1, 2)
]
TRIALS = [
    Event(EventKind.TRIAL, {"number": number, "state": state, "value": value, "params": {"learning_rate": 0.01}})
    for number, state, value in ((0, "complete", 0.91), (1, "pruned", None))
]


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where runs are written; MLflow asks for leave to write to a folder."""
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    return tmp_path / "mlruns"


def ended(workspace: Workspace, kind: JobKind, result: dict[str, Any], *events: Event) -> int:
    """Write down a job that has succeeded, without running it."""
    table = Jobs(workspace.store)
    job = table.add(kind, {"epochs": 2, "sources": ["mnist"], "base": {"seed": 3}}, 1)
    table.claim(job.id, 1)
    folder = workspace.modelling.jobs.folder(job.id)
    folder.path.mkdir(parents=True)
    folder.log_file.write_text("all of it")
    for event in events:
        folder.events.append(event)
    table.succeed(job.id, result)
    return job.id


def exported(workspace: Workspace, runs: Path, *job_ids: int) -> list[str]:
    """Export jobs; the ids of their runs."""
    return [run for _, run in export_jobs(workspace, job_ids, to=str(runs), experiment="digits")]


def test_a_training_becomes_a_run_with_all_that_is_known_of_it(workspace: Workspace, runs: Path) -> None:
    """Name, tags, parameters, curves, results, log, and the files of the version that was made."""
    version = workspace.served_model()
    result = {"model_version": version.name, "test_accuracy": 0.98, "far_worse": []}
    job = ended(workspace, JobKind.TRAIN, result, *EPOCHS)
    workspace.modelling.jobs.describe(job, "Wide", ("forms",), "Twice the filters.")
    [run] = exported(workspace, runs, job)
    client = mlflow.MlflowClient(runs.as_uri())
    found = client.get_run(run)
    assert (found.info.run_name, found.info.status) == ("Wide", "FINISHED")
    assert (found.data.tags["forms"], found.data.tags["mlflow.note.content"]) == ("true", "Twice the filters.")
    assert found.data.params == {"epochs": "2", "sources": "['mnist']", "base.seed": "3"}
    assert found.data.metrics["test_accuracy"] == 0.98
    assert [(each.step, each.value) for each in client.get_metric_history(run, "loss")] == [(1, 0.5), (2, 0.25)]
    assert "log.txt" in {each.path for each in client.list_artifacts(run)}
    card = json.loads(Path(client.download_artifacts(run, "model/card.json")).read_text())
    assert {f"model/{name}" for name in card["files"]} < {each.path for each in client.list_artifacts(run, "model")}


def test_trials_are_runs_below_their_tuning(workspace: Workspace, runs: Path) -> None:
    """A pruned one has no accuracy."""
    [run] = exported(workspace, runs, ended(workspace, JobKind.TUNE, {"best_value": 0.91}, *TRIALS))
    client = mlflow.MlflowClient(runs.as_uri())
    below = f"tags.`mlflow.parentRunId` = '{run}'"
    trials = client.search_runs([client.get_run(run).info.experiment_id], below)
    found = {each.info.run_name: (each.info.status, each.data.metrics, each.data.params) for each in trials}
    assert found == {
        "trial 0": ("FINISHED", {"val_accuracy": 0.91}, {"learning_rate": "0.01"}),
        "trial 1": ("KILLED", {}, {"learning_rate": "0.01"}),
    }


def test_an_export_may_be_repeated(workspace: Workspace, runs: Path) -> None:
    """What is there already stays as it is; without numbers, all that have ended are exported."""
    one = ended(workspace, JobKind.TRAIN, {}, *EPOCHS)
    [first] = exported(workspace, runs, one)
    other = ended(workspace, JobKind.EVALUATE, {"accuracy": {"v": {"mnist": 0.99}}})
    Jobs(workspace.store).add(JobKind.TRAIN, {}, 1)  # is waiting for its turn
    found = list(export_jobs(workspace, [], to=str(runs), experiment="digits"))
    assert [job.id for job, _ in found] == [one, other]
    assert found[0][1] == first
    assert exported(workspace, runs) == [run for _, run in found]


def test_what_cannot_be_exported_is_said(workspace: Workspace, runs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No such job, one that has not ended, no name, a folder that cannot be written, no MLflow."""
    with pytest.raises(NotFound):
        exported(workspace, runs, 77)
    waiting = Jobs(workspace.store).add(JobKind.TRAIN, {}, 1).id
    with pytest.raises(Conflict, match=f"Job {waiting} is queued; a job can be exported once it has ended"):
        exported(workspace, runs, waiting)
    with pytest.raises(InvalidValue, match="empty"):
        list(export_jobs(workspace, [], to=str(runs), experiment=" "))
    done = ended(workspace, JobKind.TRAIN, {})
    runs.write_text("a file")
    with pytest.raises(MlflowFailed):
        exported(workspace, runs, done)
    monkeypatch.setitem(sys.modules, "mlflow", None)
    with pytest.raises(NotInstalled, match=r"pip install 'hwr\[mlflow\]'"):
        exported(workspace, runs, done)


def test_it_is_a_command(settings: Settings, runs: Path, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    """It prints a line for each job."""
    with Workspace(settings) as workspace:
        job = ended(workspace, JobKind.TRAIN, {}, *EPOCHS)
    monkeypatch.setenv("HWR_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("HWR_MODELS_DIR", str(settings.models_dir))
    assert main(["jobs", "note", str(job), "--title", "Wide", "--tag", "forms"]) == 0
    assert main(["jobs", "mlflow", str(job), "--to", str(runs)]) == 0
    noted, printed = capfd.readouterr().out.splitlines()
    assert noted == f"{job}  Wide  #forms"
    assert printed.startswith(f"job {job} is run ")
