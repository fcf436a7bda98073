"""The loop around models through the workspace: what is checked before a job begins, and what a real training does."""

import json
import time
from pathlib import Path

import pytest

from hwr_core.app.workspace import Workspace
from hwr_core.datasets.sources import MADE
from hwr_core.errors import DatasetMissing, InvalidValue, NotFound, PromotionRefused
from hwr_core.evaluation.evaluate import evaluate, evaluations_of
from hwr_core.evaluation.suites import SUITES
from hwr_core.jobs.events import EventKind
from hwr_core.jobs.table import JobKind, Jobs, JobState
from hwr_core.records.predictions import Source
from tests.handwriting import drawing, number, png
from tests.own_models import copied_models, own_digits

PATIENCE = 240


@pytest.fixture
def workspace(settings, tmp_path):
    """A workspace with model versions of its own and no data sets."""
    models = copied_models(tmp_path / "models").folder
    settings = settings.model_copy(update={"models_dir": models, "datasets_dir": tmp_path / "datasets"})
    with Workspace(settings) as workspace:
        yield workspace


def ended(workspace, job):
    """Wait for a job to end."""
    patience = time.monotonic() + PATIENCE
    while not (found := workspace.modelling.jobs.get(job.id)).state.is_finished:
        assert time.monotonic() < patience, workspace.modelling.jobs.folder(job.id).log()
        time.sleep(0.2)
    return found


def test_a_training_learns_from_what_is_there(workspace):
    """Without data there is MNIST to be downloaded; own images and corrections are taken when there are some."""
    assert workspace.modelling.config({}).sources == ("mnist", *MADE)
    workspace.modelling.import_images(own_digits(2))
    assert workspace.modelling.config({}).sources == (*MADE, "custom")
    kept = workspace.read_and_keep(png(drawing(7)), source=Source.CLI)
    workspace.feedback.give(kept.id, actual_digit=1)
    assert workspace.modelling.config({}).sources == (*MADE, "custom", "corrections")
    assert workspace.modelling.suites() == ["custom", "corrupted", "corrections"]


@pytest.mark.parametrize(
    ("values", "error", "words"),
    [
        ({"epochs": 0}, InvalidValue, "epochs is 0"),
        ({"sources": []}, InvalidValue, "choose at least one data set"),
        ({"sources": ["optdigits"]}, DatasetMissing, "optdigits.npz"),
        ({"sources": ["custom"]}, DatasetMissing, "no images of your own yet"),
        ({"sources": ["corrections"]}, DatasetMissing, "No prediction has been labelled yet"),
        ({"colour": "red"}, InvalidValue, "colour"),
    ],
)
def test_a_training_that_cannot_be_is_refused_at_once(workspace, values, error, words):
    """No job is made of it."""
    for start in (workspace.modelling.train, lambda values: workspace.modelling.tune({"base": values})):
        with pytest.raises(error, match=words):
            start(values)
    assert workspace.modelling.jobs.page() == []


def test_a_training_may_begin_with_the_champion_by_that_word(workspace):
    """The job keeps the name that it meant then."""
    job = workspace.modelling.train({"sources": ["noise"], "start": "champion"})

    assert job.config["start"] == workspace.registry.champion_name()


@pytest.mark.slow
@pytest.mark.long
def test_a_training_of_the_line_reader_is_told_of_corrected_numbers(workspace):
    """Which files there are, and what stands on them; a training of digits alone is told of none."""
    file = png(number("314"))
    one, two = (workspace.read_and_keep_number(file + tail, source=Source.API) for tail in (b"1", b"2"))
    workspace.numbers.correct(one.id, "315")
    workspace.numbers.correct(two.id, "")
    modelling = workspace.modelling
    modelling.import_images(own_digits(2))
    jobs = [modelling.train({"sources": ["custom"], "epochs": 1, "line_epochs": epochs}) for epochs in (1, 0)]
    modelling.jobs.start()
    for job in jobs:
        ended(workspace, job)
    folder, other = (modelling.jobs.folder(job.id) for job in jobs)
    [row] = folder.numbers.read_text().splitlines()
    assert json.loads(row)["text"] == "315"
    assert Path(json.loads(row)["file"]).read_bytes() == file + b"1"
    assert not other.numbers.exists()


def test_an_evaluation_that_cannot_be_is_refused_at_once(workspace, tmp_path):
    """An unknown version, a suite without data, a folder without labels, no version at all."""
    champion = workspace.modelling.registry.champion().name
    for values, error in (
        ({"versions": ["20200101T000000Z-00000"]}, NotFound),
        ({"versions": [champion], "suites": ["mnist"]}, DatasetMissing),
        ({"versions": [champion], "folder": tmp_path}, DatasetMissing),
        ({"versions": []}, InvalidValue),
    ):
        with pytest.raises(error):
            workspace.modelling.evaluate(values)


def test_an_estimate_grows_with_what_is_asked(workspace):
    """Twice the epochs, a larger network and lines of digits take longer; a limit takes less."""
    modelling = workspace.modelling

    def seconds(**values: object) -> float:
        return modelling.estimate(modelling.config({"sources": ["mnist", "noise"], **values})).seconds

    assert seconds(epochs=4) < seconds(epochs=8) < seconds(epochs=8, line_epochs=1)
    assert seconds(architecture="small") < seconds(architecture="residual")
    assert seconds(limit=100) < seconds()


def test_an_estimate_counts_measuring_and_learns_from_earlier_trainings(workspace):
    """A machine that took three times as long as expected is expected to do so again; seconds tell nothing."""
    modelling = workspace.modelling
    config = modelling.config({"sources": ["noise"], "epochs": 10})
    first = modelling.estimate(config)
    assert first.measuring == 0.0
    for expected_times, counts in ((1 / 1000, False), (3.0, True)):
        job = modelling.jobs.submit(JobKind.TRAIN, config.model_dump(mode="json"))
        jobs = Jobs(workspace.store)
        jobs.claim(job.id, 1)
        learning = first.seconds - first.samples * 5e-4 - 10
        jobs.succeed(job.id, {"training_time": expected_times * learning})
        again = modelling.estimate(config)
        assert (again.seconds > 2 * learning) == counts
    modelling.import_images(own_digits(30))
    evaluation = evaluate(modelling.registry.champion(), SUITES["custom"], modelling.places)
    cost = modelling.estimate(config)
    assert cost.measuring == pytest.approx(evaluation.seconds)
    assert cost.total == cost.seconds + cost.measuring


@pytest.mark.slow
def test_a_model_of_ones_own_from_images_to_promotion(workspace):
    """Images and corrections are learned from in a child; the version is measured, refused, forced, taken back."""
    modelling = workspace.modelling
    modelling.import_images(own_digits(30))
    kept = workspace.read_and_keep(png(drawing(4)), source=Source.CLI)
    workspace.feedback.give(kept.id, actual_digit=4)
    before = modelling.registry.champion().name
    modelling.jobs.start()
    config = {
        "start": "champion",
        "sources": ["custom", "corrections"],
        "epochs": 1,
        "batch_size": 16,
        "augmentation": 0,
        "learning_rate": 1e-4,
    }
    job = ended(workspace, modelling.train(config))
    assert job.state is JobState.SUCCEEDED, modelling.jobs.folder(job.id).log()
    version = modelling.registry.get(job.result["model_version"])
    assert version.card.job == job.id
    assert {data.name for data in version.card.data} == {"custom", "corrections"}
    assert [*evaluations_of(version)] == ["custom"]
    assert [*evaluations_of(modelling.registry.champion())] == ["custom"]
    assert (job.result["challenger"], job.result["far_worse"]) == (True, [])
    assert modelling.aliases() == {before: ["champion"], version.name: ["challenger"]}
    kinds = {event.kind for event in modelling.jobs.folder(job.id).events.attempt()}
    assert {EventKind.PROGRESS, EventKind.BATCH, EventKind.EPOCH, EventKind.DONE} <= kinds
    if not modelling.gate(version.name).is_open:
        with pytest.raises(PromotionRefused):
            modelling.promote(version.name)
    modelling.promote(version.name, force=True, reason="a test")
    workspace.model.refresh()
    assert workspace.served_model() == version
    assert modelling.roll_back(reason="enough").new == before


@pytest.mark.slow
@pytest.mark.long
def test_a_tuning_finds_a_config_that_trains(workspace):
    """Trials run, the first as the base says, the study stays, and what it found is a TrainingConfig."""
    modelling = workspace.modelling
    modelling.import_images(own_digits(30))
    modelling.jobs.start()
    base = {"sources": ["custom"], "batch_size": 32}
    asked = {"base": base, "trials": 2, "epochs": 1, "limit": 100, "vary": ["learning_rate", "augmentation"]}
    job = ended(workspace, modelling.tune(asked))
    assert (job.kind, job.state) == (JobKind.TUNE, JobState.SUCCEEDED), modelling.jobs.folder(job.id).log()
    trials = [e.data for e in modelling.jobs.folder(job.id).events.attempt() if e.kind is EventKind.TRIAL]
    assert len(trials) == 2
    assert trials[0]["params"] == {"learning_rate": 0.002, "augmentation": 0.8}
    assert job.result["best_value"] == max(trial["value"] or 0 for trial in trials)
    assert modelling.config(job.result["best_config"]).sources == ("custom",)
    assert (modelling.jobs.folder(job.id).path / "study.journal").exists()
