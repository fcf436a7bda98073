"""Distorted images stay digits of the same kind, and the same seed distorts alike."""

from dataclasses import asdict

import numpy as np
import pytest

from hwr_core.datasets.augment import Distortion, distort
from hwr_core.images.normalise import normalise
from hwr_core.recognition.types import DIGITS
from tests.handwriting import drawing
from tests.images.likeness import likeness


@pytest.fixture(scope="module")
def images():
    """The ten digits as the model sees them."""
    return np.stack([normalise(drawing(digit)) for digit in DIGITS])


def test_the_same_seed_distorts_alike(images):
    """A generator of the same seed gives the same images, another one others."""
    once, again, other = (distort(images, Distortion(), np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(once, again)
    assert (once != other).any(axis=(1, 2)).all()


@pytest.mark.parametrize("strength", [0.3, 1.0, 3.0])
def test_images_keep_their_form_and_their_ink(images, strength):
    """What comes out has the shape and type of what went in, and no image is emptied."""
    many = np.repeat(images, 30, axis=0)
    out = distort(many, Distortion().scaled(strength), np.random.default_rng(0))
    assert (out.shape, out.dtype) == (many.shape, many.dtype)
    assert (out.sum(axis=(1, 2)) > 0.05 * many.sum(axis=(1, 2))).all()


def test_images_given_are_not_changed(images):
    """Distorting leaves the uploads alone, so that each epoch starts from them."""
    before = images.copy()
    distort(images, Distortion(), np.random.default_rng(0))
    np.testing.assert_array_equal(images, before)


def test_no_strength_changes_nothing(images):
    """Scaled to 0 the distortion is none."""
    still = distort(images, Distortion().scaled(0), np.random.default_rng(0))
    np.testing.assert_array_equal(still, images)


def test_more_strength_goes_further(images):
    """The stronger the distortion, the less an image is like its upload, yet never a stranger to it."""
    many = np.repeat(images, 20, axis=0)

    def mean_likeness(strength: float) -> float:
        out = distort(many, Distortion().scaled(strength), np.random.default_rng(5))
        return float(np.mean([likeness(*pair) for pair in zip(out, many, strict=True)]))

    slight, usual, strong = map(mean_likeness, (0.3, 1.0, 2.0))
    assert slight > usual > strong > 0.2


def test_every_part_of_a_distortion_is_scaled():
    """Half the strength is half of each value."""
    full, half = asdict(Distortion()), asdict(Distortion().scaled(0.5))
    assert half == pytest.approx({name: value / 2 for name, value in full.items()})
