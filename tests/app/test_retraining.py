"""Retraining by itself: when it begins, from what, and that it promotes nothing."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hwr_core.app import retraining
from hwr_core.app.workspace import Workspace
from hwr_core.datasets.sources import CUSTOM
from hwr_core.jobs.table import Job, JobKind, Jobs
from hwr_core.records.predictions import PredictionRecord, Source
from hwr_core.settings import Settings
from tests.handwriting import drawing, png
from tests.own_models import copied_models, own_digits

AFTER = 10
PATIENCE = 30.0


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """A workspace that retrains after ten labels, with images and versions of its own."""
    models = copied_models(tmp_path / "models")
    settings = Settings(
        data_dir=tmp_path / "data",
        models_dir=models.folder,
        datasets_dir=tmp_path / "datasets",
        retrain_after=AFTER,
    )
    with Workspace(settings) as workspace:
        yield workspace


def label(workspace: Workspace, count: int, *, verified: bool = True) -> None:
    """Store so many predictions, each with a label."""
    for number in range(count):
        kept = workspace.read_and_keep(png(drawing(number % 10, pen=12 + number % 9)), source=Source.API)
        assert isinstance(kept, PredictionRecord)
        workspace.feedback.give(kept.id, actual_digit=number % 10)
        workspace.feedback.verify(kept.id, verified=verified)


def trainings(workspace: Workspace) -> list[Job]:
    """The trainings there are."""
    return workspace.modelling.jobs.page(kind=JobKind.TRAIN)


def add_images(workspace: Workspace) -> None:
    """Something to learn from beside the labels."""
    workspace.modelling.import_images(own_digits(20))


def test_it_begins_when_enough_labels_are_verified(workspace: Workspace) -> None:
    """Not before; with the served version, and all data that is here; and once."""
    add_images(workspace)
    label(workspace, AFTER - 1)
    label(workspace, 3, verified=False)
    workspace.retraining.settle()
    assert trainings(workspace) == []
    label(workspace, 1)
    workspace.retraining.settle()
    [job] = trainings(workspace)
    assert job.config["start"] == workspace.served_model().name
    assert {CUSTOM, "corrections"} <= set(job.config["sources"])
    label(workspace, AFTER)
    workspace.retraining.settle()
    assert trainings(workspace) == [job]  # it is still under way
    workspace.modelling.jobs.cancel(job.id)
    workspace.retraining.settle()
    assert len(trainings(workspace)) == 2


def test_corrections_alone_are_not_learned_from(workspace: Workspace, caplog: pytest.LogCaptureFixture) -> None:
    """A model that learned from them alone would forget the rest."""
    label(workspace, AFTER)
    workspace.retraining.settle()
    assert trainings(workspace) == []
    assert "corrections alone" in caplog.text


def test_without_the_setting_nothing_happens(settings: Settings) -> None:
    """It is off by default."""
    with Workspace(settings) as workspace:
        assert settings.retrain_after is None
        label(workspace, AFTER)
        workspace.retraining.settle()
        assert trainings(workspace) == []


def test_the_challenger_that_it_made_shadows(workspace: Workspace) -> None:
    """The version of its job, once it is the challenger; nothing is promoted, and no other shadow is begun again."""
    add_images(workspace)
    label(workspace, AFTER)
    workspace.retraining.settle()
    [job] = trainings(workspace)
    served = workspace.registry.champion()
    files = {name: served.read_file(name) for name in served.card.files}
    made = workspace.registry.publish(served.card.model_copy(update={"created_at": datetime.now(UTC)}), files)
    jobs = Jobs(workspace.store)
    jobs.claim(job.id, width=1)
    jobs.succeed(job.id, {"model_version": made.name})
    workspace.retraining.settle()
    assert workspace.shadow.report() is None  # it did not pass the gate's checks
    workspace.modelling.challenge(made.name)
    workspace.retraining.settle()
    report = workspace.shadow.report()
    assert report is not None
    assert report.setting.version == made.name
    workspace.retraining.settle()
    assert workspace.shadow.report() == report
    assert workspace.served_model().name == served.name


def test_a_server_notices_labels(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the last label on it goes by itself."""
    monkeypatch.setattr(retraining, "GATHER", 0.2)
    add_images(workspace)
    workspace.retraining.start()
    label(workspace, AFTER)
    until = time.monotonic() + PATIENCE
    while not trainings(workspace):
        assert time.monotonic() < until
        time.sleep(0.1)
