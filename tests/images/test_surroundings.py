"""Objects at the edge, margins and shadows: what lies around the paper goes, the paper and its strokes stay."""

import numpy as np
import pytest

from hwr_core.images.surroundings import without_surroundings
from hwr_core.recognition.types import DIGITS
from tests.handwriting import drawing


@pytest.mark.parametrize("turn", range(4))
def test_paper_is_continued_into_a_dark_object(turn):
    """Whichever edge it covers: where it was is the tone of the paper, and the digit is untouched."""
    image = drawing(3, side=192, pen=8, fill=0.4)
    image[image > 128] = 230
    beside = image.copy()
    beside[-40:, 50:] = 40
    found = without_surroundings(np.rot90(beside, turn).copy())
    assert np.abs(np.rot90(found, -turn).astype(int) - image).max() <= 10


def test_the_margin_of_a_panel_takes_its_tone():
    """A light digit on a dark panel: the light margin goes dark."""
    image = np.pad(255 - drawing(5, side=100, pen=6), 45, constant_values=255)
    found = without_surroundings(image)
    assert found[0].max() < 30
    np.testing.assert_array_equal(found[60:-60, 60:-60], image[60:-60, 60:-60])


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("pen", [6, 20, 40])
@pytest.mark.parametrize("fill", [0.4, 0.99])
def test_a_digit_alone_is_no_surroundings(digit, pen, fill):
    """However thick, up to the edge or not, light or dark: the same array comes back."""
    image = drawing(digit, side=192, pen=pen * 192 / 280, fill=fill)
    negative = np.asarray(255 - image, np.uint8)
    assert without_surroundings(image) is image
    assert without_surroundings(negative) is negative


@pytest.mark.parametrize("digit", DIGITS)
def test_dark_corners_are_shading_and_stay(digit):
    """They have no outline."""
    down, right = np.mgrid[-1:1:192j, -1:1:192j]
    image = (drawing(digit, side=192, pen=8, fill=0.5) * (1 - 0.4 * (down**2 + right**2))).astype(np.uint8)
    assert without_surroundings(image) is image


def test_an_object_on_bare_paper_stays():
    """Without strokes beside it there is nothing to keep it from."""
    image = np.full((192, 192), 230, np.uint8)
    image[-40:, 50:] = 40
    assert without_surroundings(image) is image
