"""One real training: it learns, publishes what it has learned, and continues where it was stopped."""

import numpy as np
import pytest

from hwr_core.app.drift import inputs_of
from hwr_core.datasets.open_sets.transfer import DownloadFailed
from hwr_core.datasets.request import Places, Request
from hwr_core.datasets.samples import Part, Samples
from hwr_core.datasets.sources import load_source
from hwr_core.errors import InvalidValue
from hwr_core.evaluation.drift import Feature, Level, compare
from hwr_core.images.normalise import normalise
from hwr_core.jobs.events import EventKind
from hwr_core.jobs.folder import JobFolder
from hwr_core.jobs.report import Report
from hwr_core.recognition.calibration import softmax
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.types import CLASSES, DIGITS, NOT_A_DIGIT
from hwr_core.registry.registry import LITERT, WEIGHTS, Registry
from hwr_core.training.config import TrainingConfig
from hwr_core.training.run import TrainingRun
from tests.handwriting import drawing

SOURCE = "strokes-unipen"

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]
"""Keras 3.15 reads TensorFlow's variables in a way that NumPy 2 would rather not see."""


@pytest.fixture(scope="module")
def unseen(made) -> Samples:
    """The samples by a writer that the model has not learned from."""
    return Samples.join(load_source(SOURCE, made.places, Request(Part.TEST, seed=made.config.seed)))


@pytest.fixture(scope="module")
def recogniser(made):
    """The version made, ready to read."""
    recogniser = Recogniser.load(made.version)
    yield recogniser
    recogniser.close()


@pytest.fixture(scope="module")
def network(made):
    """The published Keras file, loaded again."""
    import keras

    return keras.models.load_model(made.version.folder / WEIGHTS)


def test_the_loss_falls(made):
    """Each epoch leaves less loss on what was learned and on what was not."""
    losses = [(epoch["loss"], epoch["val_loss"]) for epoch in made.version.card.epochs]
    assert len(losses) == made.config.epochs
    assert losses[0][0] > losses[1][0] > losses[2][0]
    assert losses[-1][1] < losses[0][1]


def test_the_version_reads_what_it_has_learned(recogniser, unseen):
    """The published file, in the ordinary recogniser, reads a writer it has not seen far better than by guessing."""
    digits = unseen.where(unseen.labels != NOT_A_DIGIT)
    predictions = recogniser.read(list(digits.images))
    right = [each.candidates[0].digit == label for each, label in zip(predictions, digits.labels, strict=True)]
    assert np.mean(right) > 0.9
    assert predictions[0].model_version == recogniser.version


def test_the_card_tells_the_truth(made, recogniser, unseen):
    """The score of the test part is what the served file reads wrong."""
    (score,) = [each for each in made.version.card.scores if each.part == Part.TEST]
    digits = unseen.where(unseen.labels != NOT_A_DIGIT)
    predictions = recogniser.read(list(digits.images))
    wrong = sum(r.candidates[0].digit != label for r, label in zip(predictions, digits.labels, strict=True))
    assert (score.source, score.digits, score.wrong) == (SOURCE, len(digits), wrong)
    assert score.others == (unseen.labels == NOT_A_DIGIT).sum()


def test_the_card_tells_what_was_learned_from(made):
    """Config, sizes of the parts, hash of the data, parameters and packages are on the card."""
    card = made.version.card
    (data,) = card.data
    assert TrainingConfig.model_validate(card.config) == made.config
    assert (data.name, data.training, data.validation, data.test) == (SOURCE, 660, 55, 55)
    assert len(data.sha256) == 64
    assert {"keras", "numpy"} <= set(card.packages)
    assert card.labels == (*map(str, DIGITS), "not a digit")
    assert card.job == 7
    assert card.how == (
        "hwr train --set epochs=3 --set batch_size=8 --set ema_momentum=0.5 --set augmentation=0.3 --set drawings=1 "
        "--set 'sources=[\"strokes-unipen\"]'"
    )


def test_the_card_tells_what_its_images_are_like(made):
    """Its 55 validation images, weighted so that one in ten is not a digit, as in what users send."""
    inputs = inputs_of(made.version.card)
    assert inputs
    assert 50 < inputs.images <= 55
    assert all(sum(histogram.shares) == pytest.approx(1) for histogram in made.version.card.inputs.features.values())
    assert inputs.counts[Feature.DIGIT][10] == pytest.approx(inputs.images / 10, abs=2)
    assert compare(inputs, inputs).level is Level.UNKNOWN  # 55 images are too few


def test_the_version_is_published_whole(made):
    """The folder is named by time and content and is found in the registry; it is not served by itself."""
    assert made.registry.versions() == [made.version]
    assert made.version.name == made.version.card.version
    assert made.registry.champion_name() is None
    assert {WEIGHTS, LITERT} == set(made.version.card.files)
    assert all(made.version.read_file(name) for name in made.version.card.files)


def test_litert_says_what_keras_says(made, recogniser, network, unseen):
    """The served file gives the network's probabilities at the card's temperature, within a thousandth."""
    images = [*unseen.images[:20], np.zeros((28, 28), np.uint8), np.full((28, 28), 255, np.uint8)]
    logits = network.predict(np.stack(images)[..., None].astype(np.float32) / 255, verbose=0)
    shares = softmax(logits / made.version.card.decision.temperature)
    expected = shares[:, :NOT_A_DIGIT] + shares[:, NOT_A_DIGIT:] / NOT_A_DIGIT
    found = [prediction.probabilities for prediction in recogniser.read(images)]
    assert logits.shape == (len(images), CLASSES)
    np.testing.assert_allclose(found, expected, atol=1e-3)


def test_the_log_says_how_it_goes(made):
    """The log has a line for each source, with its size, and for each epoch, with its loss."""
    assert made.log[:2] == [f"{SOURCE}: 660 training samples", f"{SOURCE}: 55 validation samples"]
    loss = made.version.card.epochs[-1]["loss"]
    assert [line for line in made.log if line.startswith(f"epoch 3/3: loss {loss:.4f}, validation error ")]


def test_a_stopped_training_continues_with_the_next_epoch(made):
    """Stopped after its first epoch and resumed, a run continues with the second and knows the first."""
    epochs = [line.split(":")[0] for line in made.log if line.startswith("epoch")]
    assert epochs == ["epoch 1/3", "epoch 2/3", "epoch 3/3"]
    assert [epoch["epoch"] for epoch in made.version.card.epochs] == [1, 2, 3]


def test_a_finished_training_is_not_run_again(made, unseen, tmp_path):
    """Given the checkpoints of a finished run, train returns its network without another epoch."""
    from hwr_core.training.data import TrainingData
    from hwr_core.training.digit_task import digit_task
    from hwr_core.training.train import train

    config = made.config.model_copy(update={"epochs": 1})
    first = train(config, digit_task(config, TrainingData(unseen, unseen)), checkpoints=tmp_path)
    heard = []
    second = train(config, digit_task(config, TrainingData(unseen, unseen)), heard.append, checkpoints=tmp_path)
    assert heard == []
    assert second.epochs == first.epochs
    weights = zip(first.model.get_weights(), second.model.get_weights(), strict=True)
    assert all(np.array_equal(one, other) for one, other in weights)


def test_checkpoints_of_another_config_are_refused(made, unseen, tmp_path):
    """A run cannot continue from the checkpoints of another config: the message says so, and nothing is lost."""
    from hwr_core.training.data import TrainingData
    from hwr_core.training.digit_task import digit_task
    from hwr_core.training.train import train

    config = made.config.model_copy(update={"epochs": 1})
    task = digit_task(config, TrainingData(unseen, unseen))
    train(config, task, checkpoints=tmp_path)
    with pytest.raises(InvalidValue, match="another training config"):
        train(config.model_copy(update={"learning_rate": 0.1}), task, checkpoints=tmp_path)


def test_a_finished_version_leaves_no_prepared_data(made):
    """What was learned is in the version; prepared data and checkpoints would only fill the disk."""
    assert not made.job.checkpoints.exists()


def test_progress_only_grows_and_estimates_the_time_left(made):
    """In the second attempt the shares rise to the end, and the last epochs say how long it will take."""
    told = [event.data for event in made.job.events.read()[0] if event.kind is EventKind.PROGRESS]
    second = told[max(place for place, each in enumerate(told) if each["share"] == 0.0) :]
    assert [each["share"] for each in second] == sorted(each["share"] for each in second)
    assert any(each["eta_seconds"] for each in second)


@pytest.mark.long
def test_a_training_can_begin_with_a_versions_weights(made, unseen, tmp_path):
    """It continues from there: one epoch at a tiny rate reads as well as the version did, not like a fresh network."""
    from hwr_core.training.pipeline import train_version

    config = made.config.model_copy(update={"start": made.version.name, "epochs": 1, "learning_rate": 1e-6})
    job = JobFolder(tmp_path / "job")
    job.path.mkdir()
    version = train_version(TrainingRun(config, made.places, made.registry, job.checkpoints, Report(job), processes=1))
    before = max(epoch["val_accuracy"] for epoch in made.version.card.epochs)
    assert version.card.epochs[0]["val_accuracy"] >= before - 0.02
    assert f"start={made.version.name}" in version.card.how


def test_a_version_of_another_network_is_no_start(made, unseen, tmp_path):
    """The weights would not fit: the message says so."""
    from hwr_core.training.architectures import build
    from hwr_core.training.data import TrainingData
    from hwr_core.training.digit_task import digit_task
    from hwr_core.training.train import train

    config = made.config.model_copy(update={"epochs": 1})
    with pytest.raises(InvalidValue, match="another network"):
        train(config, digit_task(config, TrainingData(unseen, unseen)), checkpoints=tmp_path, start=build("small"))


def test_without_data_nothing_is_trained(tmp_path, monkeypatch):
    """A file that the mirror lacks is named, and neither checkpoints nor a version are made."""
    from hwr_core.training.pipeline import train_version

    mirror, home = tmp_path / "mirror", tmp_path / "home"
    mirror.mkdir()
    home.mkdir()
    monkeypatch.setenv("HWR_DATASETS_MIRROR", str(mirror))
    run = TrainingRun(
        TrainingConfig(sources=("mnist",)),
        Places(home, home / "custom_dataset", home / "corrections.npz"),
        Registry(home / "models"),
        home / "job" / "checkpoints",
        Report(JobFolder(home)),
        processes=1,
    )
    with pytest.raises(DownloadFailed, match=r"mnist\.npz"):
        train_version(run)
    assert [file.name for file in home.rglob("*") if file.is_file()] == ["events.jsonl"]


def test_batches_repeat_with_their_seed_and_change_with_the_epoch():
    """Each epoch shows every sample once, distorted differently; the same seed shows the same."""
    from hwr_core.training.digit_batches import Batches

    images = np.stack([normalise(drawing(digit)) for digit in DIGITS])
    samples = Samples(images, np.arange(10, dtype=np.uint8))

    def epoch(seed: int, number: int) -> tuple[np.ndarray, list[int]]:
        batches = Batches(samples, batch_size=4, augmentation=1.0, seed=seed, epoch=number)
        inputs, labels = zip(*(batches[index] for index in range(len(batches))), strict=True)
        return np.concatenate(inputs), np.concatenate(labels).argmax(axis=1).tolist()

    assert all(sorted(epoch(1, number)[1]) == [*DIGITS] for number in range(3))
    np.testing.assert_array_equal(epoch(1, 1)[0], epoch(1, 1)[0])
    assert epoch(1, 1)[1] != epoch(1, 2)[1]
    assert (epoch(1, 1)[0] != epoch(2, 1)[0]).any()
