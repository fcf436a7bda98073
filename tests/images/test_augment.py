"""Distorted pictures stay digits of the same kind, and the same seed distorts alike."""

from dataclasses import asdict

import numpy as np
import pytest

from hwr_core.images.augment import Distortion, distort
from hwr_core.images.normalise import normalise
from hwr_core.recognition.types import DIGITS
from tests.handwriting import drawing
from tests.images.likeness import likeness


@pytest.fixture(scope="module")
def pictures():
    """The ten digits as the model sees them."""
    return np.stack([normalise(drawing(digit)) for digit in DIGITS])


def test_the_same_seed_distorts_alike(pictures):
    """A generator of the same seed gives the same pictures, another one others."""
    once, again, other = (distort(pictures, Distortion(), np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(once, again)
    assert (once != other).any(axis=(1, 2)).all()


@pytest.mark.parametrize("strength", [0.3, 1.0, 3.0])
def test_pictures_keep_their_form_and_their_ink(pictures, strength):
    """What comes out has the shape and type of what went in, and no picture is emptied."""
    many = np.repeat(pictures, 30, axis=0)
    out = distort(many, Distortion().scaled(strength), np.random.default_rng(0))
    assert (out.shape, out.dtype) == (many.shape, many.dtype)
    assert (out.sum(axis=(1, 2)) > 0.05 * many.sum(axis=(1, 2))).all()


def test_pictures_given_are_not_changed(pictures):
    """Distorting leaves the originals alone, so that each epoch starts from them."""
    before = pictures.copy()
    distort(pictures, Distortion(), np.random.default_rng(0))
    np.testing.assert_array_equal(pictures, before)


def test_no_strength_changes_nothing(pictures):
    """Scaled to 0 the distortion is none."""
    still = distort(pictures, Distortion().scaled(0), np.random.default_rng(0))
    np.testing.assert_array_equal(still, pictures)


def test_more_strength_goes_further(pictures):
    """The stronger the distortion, the less a picture is like its original, yet never a stranger to it."""
    many = np.repeat(pictures, 20, axis=0)

    def mean_likeness(strength: float) -> float:
        out = distort(many, Distortion().scaled(strength), np.random.default_rng(5))
        return float(np.mean([likeness(*pair) for pair in zip(out, many, strict=True)]))

    slight, usual, strong = map(mean_likeness, (0.3, 1.0, 2.0))
    assert slight > usual > strong > 0.2


def test_every_part_of_a_distortion_is_scaled():
    """Half the strength is half of each value."""
    full, half = asdict(Distortion()), asdict(Distortion().scaled(0.5))
    assert half == pytest.approx({name: value / 2 for name, value in full.items()})
