"""One tuning whose trials several machines run: its study is in PostgreSQL, and each joins by `hwr tune --join`."""

import os
import re
import subprocess
import sys

import psycopg
import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.datasets.request import Places
from hwr_core.errors import Conflict, InvalidValue, NotFound
from hwr_core.jobs.table import JobKind, Jobs
from hwr_core.settings import PROJECT, Settings
from hwr_core.training.data import prepare
from hwr_core.training.tuning.study import StudyPlace, begin_study, count_ended, open_study, read_study, study_place
from tests.own_models import own_digits

TRIALS = 2


@pytest.fixture
def on_server(postgresql, tmp_path):
    """Settings of a history on a server."""
    return Settings(
        data_dir=tmp_path / "data", models_dir=PROJECT / "models", database_url=postgresql.new_database(template=None)
    )


@pytest.mark.slow
@pytest.mark.long
def test_two_processes_run_the_trials_of_one_study(on_server):
    """Each trial is run by one of them, and the budget holds for both together."""
    url = on_server.database_url.get_secret_value()
    with Workspace(on_server) as workspace:
        workspace.modelling.import_images(own_digits(6))
        base = {"sources": ["custom"], "batch_size": 32}
        asked = {"base": base, "trials": TRIALS, "epochs": 1, "limit": 30, "vary": ["learning_rate"]}
        tuning = workspace.modelling.tuning(asked)
        job = workspace.modelling.jobs.submit(JobKind.TUNE, tuning.model_dump(mode="json"))
        folder = workspace.modelling.jobs.folder(job.id)
        Jobs(workspace.store).claim(job.id, 1)
    folder.path.mkdir(parents=True)
    place = study_place(job.key, folder.path, url)
    on_data = Places(on_server.datasets, on_server.custom_dataset, folder.corrections)
    prepare(tuning.of_a_trial, on_data, folder.checkpoints / "prepared")  # as the machine that begins a tuning does
    begin_study(place, tuning, None)

    variables = {
        "HWR_DATA_DIR": str(on_server.data_dir),
        "HWR_MODELS_DIR": str(on_server.models_dir),
        "HWR_DATABASE_URL": url,
    }
    command = [sys.executable, "-m", "hwr_core.cli", "tune", "--join", str(job.id)]
    machines = [
        subprocess.Popen(
            command, env=os.environ | variables, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        for _ in range(2)
    ]
    try:
        said = [machine.communicate(timeout=600)[0] for machine in machines]
    finally:
        for machine in machines:
            machine.kill()
    assert [machine.returncode for machine in machines] == [0, 0], said
    numbers = [int(number) for text in said for number in re.findall(r"^trial (\d+):", text, re.MULTILINE)]
    study = read_study(place)
    assert TRIALS <= count_ended(study) <= TRIALS + 1  # both may begin one at the very end
    assert sorted(numbers) == [trial.number for trial in study.get_trials()]
    with psycopg.connect(url) as connection:
        assert connection.execute("select count(*) from optuna.trials").fetchone() == (len(numbers),)


def test_two_histories_on_one_server_keep_their_studies_apart(postgresql, tmp_path):
    """Each in a schema of its own, with a tuning of the number 1: neither goes on with the trials of the other."""
    url = postgresql.new_database(template=None)
    places = []
    for name in ("one", "other"):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"create schema {name}")
        of_one = f"{url}?options=-csearch_path%3D{name}"
        on_server = Settings(data_dir=tmp_path / name, models_dir=PROJECT / "models", database_url=of_one)
        with Workspace(on_server) as workspace:
            job = workspace.modelling.jobs.submit(JobKind.TUNE, {})
        assert job.id == 1
        places.append(study_place(job.key, tmp_path / name, of_one))
    open_study(places[0]).enqueue_trial({"learning_rate": 0.001})
    assert len(read_study(places[0]).get_trials()) == 1
    assert open_study(places[1]).get_trials() == []


def test_only_a_tuning_that_runs_on_a_shared_database_is_joined(on_server, workspace, tmp_path):
    """Else it is said what is wrong, and what to do instead."""
    with Workspace(on_server) as shared:
        evaluation = shared.modelling.jobs.submit(JobKind.EVALUATE, {})
        tuning = shared.modelling.jobs.submit(JobKind.TUNE, {})
        with pytest.raises(InvalidValue, match="only a tuning can be joined"):
            shared.modelling.tuning_to_join(evaluation.id)
        with pytest.raises(Conflict, match="is queued; only a tuning that runs"):
            shared.modelling.tuning_to_join(tuning.id)
        with pytest.raises(NotFound):
            shared.modelling.tuning_to_join(99)
    alone = workspace.modelling.jobs.submit(JobKind.TUNE, {})
    if workspace.settings.database_url is None:
        with pytest.raises(InvalidValue, match="workers=4"):
            workspace.modelling.tuning_to_join(alone.id)
    with pytest.raises(NotFound, match="begun no trial yet"):
        read_study(StudyPlace(tmp_path, on_server.database_url.get_secret_value(), "none"))
