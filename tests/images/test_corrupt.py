"""What may happen to a picture: each corruption gives a picture, is repeatable, and grows with its strength."""

import numpy as np
import pytest

from hwr_core.images.corrupt import CORRUPTIONS
from hwr_core.images.normalise import normalise
from tests.handwriting import drawing

PICTURE = drawing(5, side=140, pen=10)


@pytest.mark.parametrize("name", CORRUPTIONS)
@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
def test_a_corrupted_picture_is_a_picture(name, strength):
    """Grey, uint8, and changed."""
    out = CORRUPTIONS[name](PICTURE, strength, np.random.default_rng(1))
    assert out.dtype == np.uint8
    assert out.ndim == 2
    assert out.shape != PICTURE.shape or (out != PICTURE).any()


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_corruption_repeats_with_its_seed(name):
    """The same generator makes the same picture, so that two models meet the same ones; the input stays as it was."""
    before = PICTURE.copy()
    one, same = (CORRUPTIONS[name](PICTURE, 0.7, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one, same)
    np.testing.assert_array_equal(PICTURE, before)


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_the_weakest_corruption_leaves_ink(name):
    """A weakly corrupted digit is still found by the normaliser."""
    out = CORRUPTIONS[name](PICTURE, 0.0, np.random.default_rng(2))
    assert normalise(out).max() > 100
