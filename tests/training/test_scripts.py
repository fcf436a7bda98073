"""Trainings of scripts, on sets small enough for a test: the network that they share, and one head more."""

import numpy as np
import pytest

from hwr_core.datasets.request import Places, Request
from hwr_core.datasets.samples import Part
from hwr_core.datasets.scripts import symbol_images
from hwr_core.errors import DatasetMissing, InvalidValue
from hwr_core.jobs.folder import JobFolder
from hwr_core.jobs.report import Report
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.registry.registry import LITERT, Registry
from hwr_core.scripts.script import find_script
from hwr_core.training.run import TrainingRun
from hwr_core.training.scripts.config import scripts_config
from tests.handwriting import symbol
from tests.own_models import copied_models

SYMBOLS = {"arabic": (1, 6, 7, 8), "chinese": (1, 2, 3, 10)}
FILES = {"arabic": "digits-arabic-madbase.npz", "chinese": "numerals-chinese.npz"}


def write_symbols(folder, script, writers=30):
    """Write a set of a script: each of its drawn symbols by many writers, ink bright on black."""
    rng = np.random.default_rng(0)
    images, labels, of = [], [], []
    for writer in range(writers):
        for value in SYMBOLS[script]:
            drawn = symbol(script, value, side=64, pen=rng.uniform(3, 6), fill=rng.uniform(0.5, 0.8))
            images.append(255 - drawn)
            labels.append(value)
            of.append(writer)
    np.savez(folder / FILES[script], images=np.array(images), labels=np.array(labels), writers=np.array(of))


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """The shipped version's digits with two scripts learned anew, the second on the network of the first."""
    from hwr_core.training.scripts.pipeline import train_scripts

    folder = tmp_path_factory.mktemp("scripts")
    registry = copied_models(folder / "models")
    datasets = folder / "datasets"
    datasets.mkdir()
    for script in FILES:
        write_symbols(datasets, script)
    job = JobFolder(folder / "job")
    job.path.mkdir()
    places = Places(datasets, folder / "custom", folder / "none.npz")
    versions = []
    for values in ({"scripts": ["arabic"], "network_epochs": 4}, {"scripts": ["chinese"], "head_epochs": 30}):
        config = scripts_config({**values, "limit": 120})
        run = TrainingRun(config.for_network(), places, registry, job.checkpoints, Report(job), processes=2)
        versions.append(train_scripts(run, config))
        registry.serve(versions[-1])
    return registry, versions


@pytest.mark.slow
@pytest.mark.long
def test_a_script_is_added_to_the_network_of_others(trained):
    """Each script reads its own symbols, and what one learned is not touched by the next."""
    _, (first, second) = trained
    assert [each.script.name for each in first.card.scripts.scripts] == ["arabic"]
    assert [each.script.name for each in second.card.scripts.scripts] == ["arabic", "chinese"]
    assert second.card.scripts.scripts[0].taken_from == first.name
    assert second.card.files["script-arabic.npz"] == first.card.files["script-arabic.npz"]
    assert second.card.files["scripts.tflite"] == first.card.files["scripts.tflite"]
    assert second.card.scripts.scripts[1].how == "hwr train --script chinese --set head_epochs=30 --set limit=120"
    assert {each.script.name: each.accuracy > 0.9 for each in second.card.scripts.scripts} == {
        "arabic": True,
        "chinese": True,
    }


@pytest.mark.slow
@pytest.mark.long
def test_western_digits_are_read_as_before(trained):
    """The network for digits is the very same file."""
    registry, (_, second) = trained
    shipped = next(each for each in registry.versions() if each.card.created_at < second.card.created_at)
    assert second.card.files[LITERT] == shipped.card.files[LITERT]


@pytest.mark.slow
@pytest.mark.long
def test_the_new_version_reads_both_scripts(trained):
    """By name: a V is an Arabic 7, a cross the Chinese ten."""
    _, (_, second) = trained
    recogniser = Recogniser.load(second)
    try:
        from hwr_core.images.normalise import normalise

        for script, value in (("arabic", 7), ("chinese", 10)):
            [prediction] = recogniser.read([normalise(symbol(script, value))], script)
            assert (prediction.digit, prediction.script) == (value, script)
    finally:
        recogniser.close()


def test_a_set_is_split_by_writer(tmp_path):
    """No writer is in two parts; a source to test with is all test."""
    write_symbols(tmp_path, "arabic")
    script = find_script("arabic")
    [source] = script.sources
    counts = [len(list(symbol_images(script, source, tmp_path, Request(part)))) for part in Part]
    assert sum(counts) == 120
    assert all(count % len(SYMBOLS["arabic"]) == 0 for count in counts)
    for_test = source.model_copy(update={"use": "test"})
    counts = [len(list(symbol_images(script, for_test, tmp_path, Request(part)))) for part in Part]
    assert counts == [0, 0, 120]


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"scripts": []}, "choose at least one script; there are arabic"),
        ({"scripts": ["western"]}, "there is no script 'western' to learn"),
        ({"scripts": ["klingon"]}, "there is no script 'klingon' to learn"),
        ({"scripts": ["arabic"], "epochs": 3}, "there is no epochs"),
        ({"scripts": ["arabic"], "limit": 3}, "limit is 3"),
    ],
)
def test_a_config_that_makes_no_sense_is_refused(values, words):
    """In words that say what is allowed."""
    with pytest.raises(InvalidValue, match=words):
        scripts_config(values)


def test_a_training_without_images_or_network_is_refused_at_once(workspace_of_old_model):
    """Before a job is queued: what is missing, and what to do."""
    workspace, datasets = workspace_of_old_model
    with pytest.raises(DatasetMissing, match=r"kannada needs digits-kannada\.npz"):
        workspace.modelling.train_scripts({"scripts": ["kannada"]})
    write_symbols(datasets, "arabic")
    with pytest.raises(InvalidValue, match="network_epochs above 0"):
        workspace.modelling.train_scripts({"scripts": ["arabic"]})


@pytest.fixture
def workspace_of_old_model(tmp_path):
    """A workspace whose served version reads Western digits only, and its folder of data sets."""
    from hwr_core.app.workspace import Workspace
    from hwr_core.settings import Settings

    registry = copied_models(tmp_path / "models")
    without_scripts(registry)
    (tmp_path / "datasets").mkdir()
    settings = Settings(data_dir=tmp_path, models_dir=registry.folder, datasets_dir=tmp_path / "datasets")
    with Workspace(settings) as workspace:
        yield workspace, tmp_path / "datasets"


def without_scripts(registry: Registry):
    """Serve the shipped version as it was before it read scripts."""
    champion = registry.champion()
    card = champion.card.model_copy(update={"scripts": None})
    files = {name: champion.read_file(name) for name in card.files if not name.startswith("script")}
    registry.serve(registry.publish(card, files))
