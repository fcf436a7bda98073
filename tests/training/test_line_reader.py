"""The line reader: its loss and its accuracy are CTC's, a training learns, and the next version takes it along."""

import shutil
from dataclasses import replace

import numpy as np
import pytest

from hwr_core.datasets.lines.corrected import CorrectedNumber, write_corrected
from hwr_core.datasets.lines.made import LineSample
from hwr_core.datasets.samples import Part, part_of
from hwr_core.errors import ModelUnavailable
from hwr_core.images.decode import PageImage
from hwr_core.images.lines.segmentation import segment
from hwr_core.images.lines.strips import strip
from hwr_core.jobs.folder import JobFolder
from hwr_core.jobs.report import Report
from hwr_core.recognition.ctc import log_likelihood, log_softmax
from hwr_core.recognition.page_reader import read_page
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.registry.registry import LINES_LITERT, LINES_WEIGHTS, Registry
from hwr_core.training.run import TrainingRun
from tests.handwriting import number, png

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]
"""As in test_pipeline."""


def line(text: str) -> LineSample:
    """A line of hand-made digits."""
    page = segment(number(text))
    return LineSample(strip(page, page.lines[0]).image, text)


@pytest.fixture(scope="module")
def counts():
    """So few lines that a test does not take long."""
    return {Part.TRAINING: 60, Part.VALIDATION: 20, Part.TEST: 20}


@pytest.fixture(scope="module")
def with_lines(made, counts, tmp_path_factory):
    """A version of one short epoch with a trained line reader, not trained long enough to read."""
    from hwr_core.training import acceptance, line_reader
    from hwr_core.training.pipeline import train_version

    config = made.config.model_copy(update={"start": made.version.name, "epochs": 1, "line_epochs": 1})
    folder = tmp_path_factory.mktemp("lines")
    shutil.copytree(made.registry.folder, folder / "models")
    job = JobFolder(folder / "job")
    job.path.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_reader, "COUNTS", counts)
        patch.setattr(acceptance, "COUNTS", {Part.VALIDATION: 20, Part.TEST: 20})
        return train_version(
            TrainingRun(config, made.places, Registry(folder / "models"), job.checkpoints, Report(job), processes=1)
        )


def test_the_loss_is_that_of_the_text():
    """The negative logarithm of the probability that recognition itself gives a text."""
    from hwr_core.training.line_batches import as_labels
    from hwr_core.training.line_task import ctc_loss

    logits = np.random.default_rng(0).normal(size=(2, 12, 11)).astype(np.float32)
    found = np.asarray(ctc_loss(as_labels(["474", "0"]).astype(np.float32), logits))
    expected = [-log_likelihood(log_softmax(each), text) for each, text in zip(logits, ["474", "0"], strict=True)]
    np.testing.assert_allclose(found, expected, rtol=1e-4)


@pytest.mark.parametrize(
    ("shown", "text", "is_right"),
    [
        ([10, 4, 4, 10, 4, 2], "442", 1.0),
        ([4, 4, 2, 2, 10, 10], "42", 1.0),
        ([10, 10, 10, 10, 10, 10], "42", 0.0),
        ([4, 10, 2, 10, 7, 10], "42", 0.0),
        ([4, 10, 10, 10, 10, 10], "42", 0.0),
        ([4, 10, 3, 10, 10, 10], "42", 0.0),
    ],
)
def test_a_line_counts_as_right_as_a_whole(shown, text, is_right):
    """Repeats are one digit unless a blank is between them; one digit too many, too few or wrong is a wrong line."""
    from hwr_core.training.line_batches import as_labels
    from hwr_core.training.line_task import accuracy

    logits = 9.0 * np.eye(11, dtype=np.float32)[None, shown]
    assert float(np.asarray(accuracy(as_labels([text]), logits))[0]) == is_right


def test_the_temperature_makes_an_answer_as_sure_as_it_is_right():
    """A network that is almost certain, but right in only three lines of four, gets a confidence of three in four."""
    from hwr_core.training.line_task import fit_line_temperature

    logits = 12.0 * np.eye(11, dtype=np.float32)[[10, 2, 10, 7, 10, 1, 10]]
    sample = line("271")
    lines = [sample, sample, sample, LineSample(sample.strip, "211")]
    temperature = fit_line_temperature(lambda *_, **__: logits[None], lines)
    assert np.exp(log_likelihood(log_softmax(logits), "271")) > 0.99
    assert np.exp(log_likelihood(log_softmax(logits / temperature), "271")) == pytest.approx(0.75, abs=0.1)


def test_a_batch_holds_every_line_once_an_epoch():
    """Lines of about the same width together, the first two batches of different widths, as Keras needs them."""
    from hwr_core.training.line_batches import LineBatches

    texts = ["1", "23", "456", "7890", "12345", "678901", "2345678"]
    batches = LineBatches([line(text) for text in texts], batch_size=2, augmentation=0.5, seed=1)

    def epoch() -> list[str]:
        labels = np.concatenate([batches[place][1] for place in range(len(batches))])
        return ["".join(str(digit) for digit in row[: row[-1]]) for row in labels]

    first = epoch()
    batches.on_epoch_end()
    assert sorted(first) == sorted(epoch()) == sorted(texts)
    assert batches[0][0].shape[2] != batches[1][0].shape[2]
    lengths = [set(batches[place][1][:, -1].tolist()) for place in range(len(batches))]
    assert all(max(each) - min(each) <= 1 for each in lengths)


@pytest.mark.long
def test_a_training_learns(made, counts, tmp_path):
    """The loss falls on lines by a writer that it does not learn from."""
    from hwr_core.datasets.lines.made import made_lines
    from hwr_core.training.line_task import line_task
    from hwr_core.training.train import train

    training, validation = (
        list(made_lines(made.places.datasets, part, count=counts[part], seed=1, processes=1))
        for part in (Part.TRAINING, Part.VALIDATION)
    )
    config = made.config.model_copy(update={"epochs": 6})
    result = train(config, line_task(config, training, validation), checkpoints=tmp_path)
    losses = [epoch.val_loss for epoch in result.epochs]
    assert losses[-1] < 0.8 * losses[0]


@pytest.mark.long
def test_a_version_carries_its_line_reader(with_lines):
    """Two more files, and their scores on the model card."""
    card = with_lines.card.lines
    assert {LINES_WEIGHTS, LINES_LITERT} <= set(with_lines.card.files)
    assert card.taken_from is None
    assert 0 <= card.test_right <= card.test <= 20
    assert len(card.epochs) == 1
    assert "line_epochs=1" in with_lines.card.how


@pytest.mark.long
def test_corrected_numbers_are_learned_from_and_a_line_reader_is_trained_on(made, counts, with_lines, tmp_path):
    """Each several times in an epoch, beside the made lines; what the version before had learned stays in part."""
    import keras

    from hwr_core.training import acceptance, line_reader
    from hwr_core.training.pipeline import train_version

    files = [tmp_path / f"{name}.png" for name in "abcdefgh"]
    for file in files:
        file.write_bytes(png(np.vstack([number("271828"), number("314159")])))
    write_corrected([CorrectedNumber(str(file), "271828\n314159") for file in files], tmp_path / "numbers.jsonl")
    mine = [part_of(file.name) for file in files]
    registry = Registry(with_lines.folder.parent)
    config = made.config.model_copy(
        update={"start": with_lines.name, "epochs": 1, "line_epochs": 1, "mix": 0.01, "learning_rate": 1e-6}
    )
    job = JobFolder(tmp_path / "job")
    job.path.mkdir()
    places = replace(made.places, numbers=tmp_path / "numbers.jsonl")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(line_reader, "COUNTS", counts)
        patch.setattr(acceptance, "COUNTS", {Part.VALIDATION: 20, Part.TEST: 20})
        version = train_version(TrainingRun(config, places, registry, job.checkpoints, Report(job), processes=1))
    learned = 2 * line_reader.CORRECTED_TIMES * mine.count(Part.TRAINING)
    assert version.card.lines.training == with_lines.card.lines.training + learned > with_lines.card.lines.training
    assert version.card.lines.test == with_lines.card.lines.test + 2 * mine.count(Part.TEST)
    before, after = (
        keras.models.load_model(each.folder / LINES_WEIGHTS, compile=False).get_weights()
        for each in (with_lines, version)
    )
    assert max(float(np.abs(one - other).max()) for one, other in zip(before, after, strict=True)) < 0.05


@pytest.mark.long
def test_litert_says_of_lines_what_keras_says(with_lines):
    """The served file gives the network's probabilities at the temperature, at any width, but for its 8 bits."""
    import keras

    network = keras.models.load_model(with_lines.folder / LINES_WEIGHTS, compile=False)
    recogniser = Recogniser.load(with_lines)
    for text in ("4", "271828"):
        sample = line(text)
        wide = np.zeros((1, 32, -(-sample.strip.shape[1] // 64) * 64, 2), np.float32)
        wide[0, :, : sample.strip.shape[1]] = sample.strip / 255
        found = recogniser.columns(sample.strip)
        expected = np.asarray(network(wide, training=False))[0, : len(found)] / with_lines.card.lines.temperature
        assert len(found) == -(-sample.strip.shape[1] // 2)
        np.testing.assert_allclose(np.exp(log_softmax(found)), np.exp(log_softmax(expected)), atol=0.02)
    recogniser.close()


@pytest.mark.long
def test_the_next_version_takes_the_line_reader_along(made, with_lines):
    """A training without lines copies the champion's line reader and names the champion; without one it has none."""
    from hwr_core.training.line_reader import champions_line_reader

    assert champions_line_reader(made.registry) is None
    registry = Registry(with_lines.folder.parent)
    registry.serve(with_lines)
    taken = champions_line_reader(registry)
    assert taken.files[LINES_LITERT] == with_lines.read_file(LINES_LITERT)
    assert taken.card.taken_from == with_lines.name


@pytest.mark.long
def test_networks_served_in_8_bits_are_kept_in_half_precision(with_lines):
    """Half the size, the same weights to three digits, and kept again they are the same file's."""
    import keras

    from hwr_core.training.architectures import build_for_lines
    from hwr_core.training.convert import half_precision_file, keras_file, read_keras_file

    whole = build_for_lines()
    half = half_precision_file(whole)
    assert len(half) < 0.6 * len(keras_file(whole))
    kept = read_keras_file(half)
    again = read_keras_file(half_precision_file(kept))
    for before, after, twice in zip(whole.get_weights(), kept.get_weights(), again.get_weights(), strict=True):
        assert after.dtype == np.float16
        np.testing.assert_allclose(after.astype(np.float32), before, rtol=1e-3, atol=1e-6)
        np.testing.assert_array_equal(twice, after)
    shipped = keras.models.load_model(with_lines.folder / LINES_WEIGHTS, compile=False)
    assert shipped.get_weights()[0].dtype == np.float16


@pytest.mark.long
def test_a_version_without_it_reads_single_digits_only(made):
    """Asked for a number, it says so; digits whose boxes are given can still be read."""
    recogniser = Recogniser.load(made.version)
    page = PageImage(number("27"), 1.0)
    with pytest.raises(ModelUnavailable, match="reads single digits only"):
        read_page(page, recogniser)
    assert len(read_page(page, recogniser, boxes=[(0, 0, 120, 120), (120, 0, 120, 120)]).digits) == 2
    recogniser.close()
