"""What may happen to an image: each corruption gives an image, is repeatable, and grows with its strength."""

import numpy as np
import pytest

from hwr_core.datasets.corrupt import CORRUPTIONS, degrade, on_paper
from hwr_core.errors import NoInk
from hwr_core.images.normalise import normalise
from tests.handwriting import drawing

IMAGE = drawing(5, side=140, pen=10)


@pytest.mark.parametrize("name", CORRUPTIONS)
@pytest.mark.parametrize("strength", [0.0, 0.5, 1.0])
def test_a_corrupted_image_is_an_image(name, strength):
    """Grey, uint8, and changed."""
    out = CORRUPTIONS[name](IMAGE, strength, np.random.default_rng(1))
    assert out.dtype == np.uint8
    assert out.ndim == 2
    assert out.shape != IMAGE.shape or (out != IMAGE).any()


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_a_corruption_repeats_with_its_seed(name):
    """The same generator makes the same image, so that two models meet the same ones; the input stays as it was."""
    before = IMAGE.copy()
    one, same = (CORRUPTIONS[name](IMAGE, 0.7, np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(one, same)
    np.testing.assert_array_equal(IMAGE, before)


@pytest.mark.parametrize("name", CORRUPTIONS)
def test_the_weakest_corruption_leaves_ink(name):
    """A weakly corrupted digit is still found by the normaliser."""
    out = CORRUPTIONS[name](IMAGE, 0.0, np.random.default_rng(2))
    assert normalise(out).max() > 100


def test_a_degraded_digit_can_mostly_be_found():
    """Spoilt at several stations, repeatably, and in nine of ten cases there is still ink to read."""
    paper = on_paper(IMAGE)
    spoilt = [degrade(paper, np.random.default_rng(seed)) for seed in range(100)]
    np.testing.assert_array_equal(spoilt[3], degrade(paper, np.random.default_rng(3)))
    assert len({each.tobytes() for each in spoilt}) > 80
    assert sum(_has_ink(each) for each in spoilt) >= 90


@pytest.mark.parametrize("tone", [0, 255])
def test_an_image_is_put_on_light_paper(tone):
    """Dark on light, about a hundred pixels high, with a margin, whichever way it came in."""
    paper = on_paper(IMAGE if tone else 255 - IMAGE)
    assert max(paper.shape) == 140
    assert np.median(paper) > 200
    assert (paper[0] > 200).all()


def _has_ink(image):
    try:
        return normalise(image).max() > 100
    except NoInk:
        return False
