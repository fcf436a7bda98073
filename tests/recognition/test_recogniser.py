"""The recogniser reads 28x28 images, one or many, from one thread or many, always alike."""

import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from hashlib import sha256
from itertools import cycle

import numpy as np
import pytest

from hwr_core.errors import InvalidValue, ModelUnavailable
from hwr_core.images.lines.strips import INK, SEEN
from hwr_core.images.normalise import normalise
from hwr_core.images.strokes import draw, place
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.types import DIGITS, NOT_A_DIGIT, Prediction, Timings, Verdict
from hwr_core.registry.card import Decision
from hwr_core.registry.pointers import CHAMPION
from hwr_core.registry.registry import CARD, LITERT, Registry
from hwr_core.scripts.script import WESTERN
from hwr_core.settings import PROJECT
from tests.handwriting import drawing, recorded_strokes

NO_TIME = Timings(0.0, 0.0)


def without_times(predictions):
    """Return what predictions say, without how long they took; images as bytes, so that they compare."""
    return [replace(each, timings=NO_TIME, seen=each.seen.tobytes()) for each in predictions]


def share_right(recogniser, images, digits) -> float:
    """Return the share of images whose most probable digit is the one written."""
    predictions = recogniser.read(images)
    return np.mean([each.candidates[0].digit == digit for each, digit in zip(predictions, digits, strict=True)])


@pytest.fixture
def copied(models, tmp_path):
    """The folder of a copy of the served version, and a registry of it."""
    champion = Registry(models).champion()
    shutil.copytree(champion.folder, tmp_path / champion.name)
    (tmp_path / CHAMPION).write_text(champion.name)
    return tmp_path / champion.name, Registry(tmp_path)


@pytest.mark.parametrize("pen", [5, 18, 30])
@pytest.mark.parametrize("digit", DIGITS)
def test_hand_made_digits_are_read(recogniser, digit, pen):
    """Each digit is read right with a thin, a usual and a thick pen."""
    prediction = recogniser.read([normalise(drawing(digit, pen=pen))])[0]
    assert prediction.digit == digit
    assert prediction.verdict in (Verdict.DIGIT, Verdict.UNSURE)


def test_other_peoples_digits_are_read(recogniser, datasets):
    """Of 300 digits by writers no model learned from, drawn with any pen, at least 98 % are read right."""
    written = [(strokes, digit) for digit in DIGITS for strokes in recorded_strokes(datasets, digit, 30)]
    drawn = zip(cycle((5, 12, 18, 24, 30)), written, strict=False)
    images = [normalise(draw(place(strokes, side=280, fill=0.6), side=280, pen=pen)) for pen, (strokes, _) in drawn]
    assert len(written) == 300
    assert share_right(recogniser, images, [digit for _, digit in written]) >= 0.98


def test_a_batch_reads_as_single_images_do(recogniser, images):
    """Together or alone, each image gets the same prediction, in the order given."""
    alone = [recogniser.read([image])[0] for image in images]
    assert without_times(recogniser.read(images)) == without_times(alone)


def test_order_is_kept(recogniser, images):
    """Each prediction carries the very image it was made of, in the order given."""
    turned = images[::-1]
    assert all(prediction.seen is image for prediction, image in zip(recogniser.read(turned), turned, strict=True))


def test_many_threads_read_what_one_reads(recogniser, images):
    """Sixteen threads at once, some with batches, disturb one another in nothing."""
    expected = without_times(recogniser.read(images))
    with ThreadPoolExecutor(16) as threads:
        singly = [threads.submit(recogniser.read, [image]) for image in images * 8]
        batches = [threads.submit(recogniser.read, images) for _ in range(8)]
    assert without_times(prediction for one in singly for prediction in one.result()) == expected * 8
    assert all(without_times(batch.result()) == expected for batch in batches)


def test_no_images_give_no_predictions(recogniser):
    """An empty list is read as an empty list."""
    assert recogniser.read([]) == []


@pytest.mark.parametrize("shape", [(27, 28), (28, 28, 1), (784,), (56, 56), (1, 28, 28)])
def test_an_image_of_another_shape_is_refused(recogniser, images, shape):
    """One wrong image refuses the call, and the message names both shapes."""
    with pytest.raises(InvalidValue, match=r"An image is \(.*\); \(28, 28\) is needed"):
        recogniser.read([images[0], np.zeros(shape, np.uint8)])


def test_probabilities_are_of_ten_digits_and_sum_to_one(recogniser, images):
    """Every prediction shares 1 among ten digits; the greatest share is the confidence."""
    for prediction in recogniser.read(images):
        assert len(prediction.probabilities) == len(DIGITS)
        assert min(prediction.probabilities) >= 0
        assert sum(prediction.probabilities) == pytest.approx(1, abs=1e-5)
        assert prediction.confidence == max(prediction.probabilities)


def test_candidates_are_ranked(recogniser, images):
    """The most probable digit comes first, and all ten are there."""
    candidates = recogniser.read(images[:1])[0].candidates
    assert sorted(each.digit for each in candidates) == list(DIGITS)
    probabilities = [each.probability for each in candidates]
    assert probabilities == sorted(probabilities, reverse=True)


def test_noise_is_no_digit(recogniser):
    """Random pixels are not answered with a digit that the model is sure of."""
    noise = np.random.default_rng(3).integers(0, 256, (20, 28, 28), dtype=np.uint8)
    predictions = recogniser.read(list(noise))
    assert not [each for each in predictions if each.verdict is Verdict.DIGIT and each.confidence > 0.9]


@pytest.mark.parametrize(
    ("shares", "verdict", "digit"),
    [
        ({3: 0.95, 5: 0.05}, Verdict.DIGIT, 3),
        ({3: 0.55, 5: 0.45}, Verdict.UNSURE, 3),
        ({3: 0.3, NOT_A_DIGIT: 0.7}, Verdict.NOT_A_DIGIT, None),
        ({3: 0.4, NOT_A_DIGIT: 0.6}, Verdict.UNSURE, 3),
    ],
)
def test_the_card_decides_between_the_verdicts(models, images, shares, verdict, digit):
    """The thresholds of the card part digit, unsure and not a digit; a refused image names no digit."""
    decision = Decision(temperature=1, not_a_digit_above=0.6, unsure_below=0.8)
    recogniser = Recogniser(Registry(models).champion().read_file(LITERT), decision, "v", cores=1)
    eleven = np.array([shares.get(label, 0) for label in range(NOT_A_DIGIT + 1)], np.float64)
    prediction: Prediction = recogniser._decide(images[0], eleven, decision, WESTERN)  # noqa: SLF001  no image has such shares
    recogniser.close()
    assert (prediction.verdict, prediction.digit) == (verdict, digit)


def test_a_model_of_any_number_of_cores_reads_alike(models, recogniser, images):
    """How many interpreters there are changes no prediction."""
    champion = Registry(models).champion()
    single = Recogniser(champion.read_file(LITERT), champion.card.decision, champion.name, cores=1)
    try:
        assert without_times(single.read(images)) == without_times(recogniser.read(images))
    finally:
        single.close()


@pytest.mark.parametrize("place", [0, 0.5, 0.999])
def test_a_damaged_model_is_not_loaded(copied, place):
    """One changed byte anywhere in the file is noticed before anything is read with it."""
    folder, registry = copied
    content = bytearray((folder / LITERT).read_bytes())
    content[int(place * len(content))] ^= 1
    (folder / LITERT).write_bytes(content)
    with pytest.raises(ModelUnavailable, match=f"{LITERT} of model version .* is damaged"):
        Recogniser.load(registry.champion())


def test_a_model_cut_off_is_not_loaded(copied):
    """A file that is not there is named, not its place on the disk."""
    folder, registry = copied
    (folder / LITERT).unlink()
    with pytest.raises(ModelUnavailable, match=f"{LITERT} of model version .* is missing") as caught:
        Recogniser.load(registry.champion())
    assert str(folder) not in str(caught.value)


@pytest.mark.parametrize("content", [b"", b"no model", bytes(1000)])
def test_a_file_that_is_no_model_is_refused(copied, content):
    """A file that matches its card but is no LiteRT model makes the version unusable, not the process."""
    folder, registry = copied
    card = registry.champion().card
    forged = card.model_copy(update={"files": {**card.files, LITERT: sha256(content).hexdigest()}})
    (folder / LITERT).write_bytes(content)
    (folder / CARD).write_text(forged.model_dump_json())
    with pytest.raises(ModelUnavailable, match="cannot be loaded"):
        Recogniser.load(registry.champion())


@pytest.mark.parametrize(("version", "sees_more"), [("20261125T104141Z-c2d6b", False), (CHAMPION, True)])
def test_a_version_is_shown_what_it_was_trained_on(version, sees_more):
    """A network of lines from before strips showed more than ink is given the ink alone."""
    recogniser = Recogniser.load(Registry(PROJECT / "models").find(version))
    strip = np.zeros((32, 96, 2), np.uint8)
    strip[6:26, 20:24] = strip[6:26, 60:64] = 255
    with_more = strip.copy()
    with_more[24:27, :, SEEN] = 255
    without_ink = strip.copy()
    without_ink[..., INK] = 0
    one, other, blank = (recogniser.columns(each) for each in (strip, with_more, without_ink))
    recogniser.close()
    assert one.shape == (48, 11)
    assert not np.allclose(one, blank)
    assert np.allclose(one, other) != sees_more
