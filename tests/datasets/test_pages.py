"""Made pages: what the network is to find is where it was written, whatever became of the sheet."""

import numpy as np
import pytest

from hwr_core.datasets.handmade import hand_made_strokes
from hwr_core.datasets.pages.crops import CROP, crops
from hwr_core.datasets.pages.layouts import LAYOUTS
from hwr_core.datasets.pages.page import made_page
from hwr_core.datasets.pages.writers import Writers
from hwr_core.datasets.strokes import Recording
from hwr_core.images.pages import ACROSS, DOWN, INK, MAPS, MIDDLE
from hwr_core.recognition.types import DIGITS, NOT_A_DIGIT


@pytest.fixture(scope="module")
def writers():
    """One writer, who takes hand-made digits for letters too."""
    digits = {digit: [Recording(digit, hand_made_strokes(digit))] for digit in DIGITS}
    others = [Recording(NOT_A_DIGIT, hand_made_strokes(4)[:1])]
    return Writers(digits, others, others, {digit: [] for digit in DIGITS})


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_makes_pages(writers, layout):
    """Of one shape with their ink; those without numbers have none."""
    for seed in range(3):
        page = made_page(writers, np.random.default_rng(seed), layout)
        assert page.image.shape == page.ink.shape
        assert page.image.dtype == page.ink.dtype == np.uint8
        assert set(np.unique(page.ink)) <= {0, 255}
        assert bool(page.numbers) or not page.ink.any()
        assert layout != "numberless" or not page.ink.any()


def test_the_same_seed_makes_the_same_page(writers):
    """A training can be repeated."""
    one, other = (made_page(writers, np.random.default_rng(5)) for _ in range(2))
    assert (one.image == other.image).all()
    assert [number.text for number in one.numbers] == [number.text for number in other.numbers]


def test_ink_lies_within_the_corners_of_its_number(writers):
    """Also where the sheet was laid down askew."""
    for seed in range(8):
        page = made_page(writers, np.random.default_rng(seed), "single")
        for number in page.numbers:
            rows, columns = np.nonzero(page.ink)
            left, top = number.corners.min(axis=0) - 4
            right, bottom = number.corners.max(axis=0) + 4
            assert ((left <= columns) & (columns <= right) & (top <= rows) & (rows <= bottom)).all()


def test_crops_have_one_size_and_their_maps(writers):
    """Smaller pages are continued beyond their edges, larger ones are cut up."""
    rng = np.random.default_rng(3)
    for layout in ("single", "notes"):
        for crop in crops(made_page(writers, rng, layout), rng):
            assert crop.image.shape == crop.ink.shape == (CROP, CROP)
            assert crop.middle.shape == crop.turn.shape == (CROP // 2, CROP // 2)
            assert not crop.middle.any() or crop.ink.any() or layout == "notes"


def test_the_maps_have_a_place_each():
    """Seven maps, none of them twice."""
    assert sorted([*range(MAPS)[INK], MIDDLE, ACROSS, DOWN]) == [*range(MAPS)]
