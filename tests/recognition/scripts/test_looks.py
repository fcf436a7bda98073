"""Digits of other scripts of which the first look is unsure are looked at again, turned and sheared."""

import cv2
import numpy as np
import pytest

from hwr_core.recognition.calibration import softmax
from hwr_core.recognition.networks import DigitNetwork
from hwr_core.recognition.scripts.looks import other_looks
from hwr_core.recognition.scripts.reader import ScriptReader, heads_of
from hwr_core.registry.registry import SCRIPTS_LITERT, Registry


@pytest.fixture
def champion(settings):
    """The version shipped."""
    return Registry(settings.models_dir).champion()


def _bar():
    """The Chinese one: a bar across, 28x28."""
    image = np.zeros((28, 28), np.uint8)
    return cv2.line(image, (4, 15), (23, 13), 255, 2)


def _scribble():
    """Lines that cross, 28x28: nothing is sure of them."""
    image, points = np.zeros((28, 28), np.uint8), np.random.default_rng(3).integers(4, 24, (6, 1, 2))
    return cv2.polylines(image, [points.astype(np.int32)], isClosed=False, color=255, thickness=2)


@pytest.fixture
def looked_again(monkeypatch):
    """The images that are looked at again."""
    seen = []
    monkeypatch.setattr(
        "hwr_core.recognition.scripts.reader.other_looks", lambda image: seen.append(image) or other_looks(image)
    )
    return seen


def test_other_looks_turn_and_shear_an_image_about_its_centre():
    """Four images, each another, with nearly all of the ink about the same middle."""
    image = _bar()
    looks = other_looks(image)
    assert len({look.tobytes() for look in [image, *looks]}) == 5
    for look in looks:
        assert look.shape == (28, 28)
        assert int(look.sum()) == pytest.approx(int(image.sum()), rel=0.1)
        rows, columns = np.nonzero(look > 40)
        assert (rows.mean(), columns.mean()) == pytest.approx((14, 13.5), abs=1.0)


def test_a_sure_digit_is_looked_at_once(champion, looked_again):
    """The other looks cost nothing where they are not needed."""
    reader = ScriptReader.load(champion, 1)
    found = reader.read(_bar(), "chinese")
    assert found.shares.argmax() == 1
    assert not looked_again


def test_an_unsure_digit_is_as_probable_as_five_looks_find_it(champion, looked_again):
    """The shares are those of the mean logits of all looks, not of the first alone."""
    reader = ScriptReader.load(champion, 1)
    image = _scribble()
    shares = reader.read(image, "chinese").shares
    assert len(looked_again) == 1
    network = DigitNetwork(champion.read_file(SCRIPTS_LITERT))
    layer = heads_of(champion, champion.card.scripts).head("chinese").alone
    logits = [layer.logits(network.run(look)) for look in [image, *other_looks(image)]]
    temperature = next(
        each for each in champion.card.scripts.scripts if each.script.name == "chinese"
    ).decision.temperature
    assert shares == pytest.approx(softmax(np.mean(logits, axis=0) / temperature), abs=1e-5)
    assert np.abs(shares - softmax(logits[0] / temperature)).max() > 0.01
