"""Made pages: what the network is to find is where it was written, whatever became of the sheet."""

import cv2
import numpy as np
import pytest

from hwr_core.datasets.handmade import hand_made_strokes
from hwr_core.datasets.pages import numbers
from hwr_core.datasets.pages.crops import CROP, crops
from hwr_core.datasets.pages.fields import put
from hwr_core.datasets.pages.layouts import LAYOUTS
from hwr_core.datasets.pages.page import made_page
from hwr_core.datasets.pages.sent import sent_fields, sent_pages
from hwr_core.datasets.pages.sheet import Sheet
from hwr_core.datasets.pages.writers import Pen, Writers, has_writers
from hwr_core.datasets.samples import Part
from hwr_core.datasets.strokes import Recording
from hwr_core.images.pages import ACROSS, DOWN, INK, MAPS, MIDDLE
from hwr_core.recognition.types import DIGITS, NOT_A_DIGIT
from tests.handwriting import write_recordings


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


def test_numbers_side_by_side_can_be_told_apart(writers):
    """Where no line divides them they are further apart than the digits of either, so that a reader can know."""
    rng = np.random.default_rng(3)
    sheet = Sheet.blank(900, 120, rng)
    one = numbers.number(writers, "27", Pen.any(40.0, rng), rng)
    end = int(put(sheet, one, 100, 20, 0.9, rng))
    put(sheet, one, end + one.room, 20, 0.9, rng)
    assert len(sheet.numbers) == 1

    put(sheet, one, end + 2 * one.room + 1, 20, 0.9, rng)
    assert len(sheet.numbers) == 2


def test_ink_lies_within_the_corners_of_its_number(writers):
    """Also where the sheet was laid down askew."""
    pages = [made_page(writers, np.random.default_rng(seed), "single") for seed in range(8)]
    assert sum(len(page.numbers) for page in pages) >= 4
    for page in pages:
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
            inked = cv2.resize(crop.ink, crop.middle.shape[::-1], interpolation=cv2.INTER_AREA) > 0
            beside = cv2.dilate(crop.middle, np.ones((61, 61), np.uint8)) == 0
            # A crop may hold the feet of digits whose middle it cuts off.
            assert (inked & beside).sum() <= 0.1 * max(inked.sum(), 100)
            assert not crop.turn[crop.middle == 0].any()


@pytest.fixture(scope="module")
def datasets(tmp_path_factory):
    """Recordings of each digit by many writers, so that some are of each part."""
    folder = tmp_path_factory.mktemp("datasets")
    write_recordings(folder)
    return folder


@pytest.mark.parametrize(("make", "kinds"), [(sent_pages, 4), (sent_fields, 8)])
def test_pages_as_people_send_them_show_their_numbers_whole(datasets, make, kinds):
    """Each kind in turn, every number within the picture, some of its ink where it is said to be."""
    made = [*make(Writers.of(datasets, Part.TEST), 2 * kinds, 1)]
    assert [kind for kind, _ in made[:kinds]] == [kind for kind, _ in made[kinds:]]
    assert len({kind for kind, _ in made}) == kinds
    for _, page in made:
        height, width = page.image.shape
        assert page.numbers
        for number in page.numbers:
            assert number.text.isdigit()
            assert ((number.corners >= 0) & (number.corners <= (width, height))).all()
            inside = np.zeros_like(page.ink)
            cv2.fillConvexPoly(inside, np.round(number.corners).astype(np.int32), 255)
            assert (page.ink & inside).any()


def test_a_field_holds_one_number(datasets):
    """So that it is right or wrong as a whole."""
    assert all(len(page.numbers) == 1 for _, page in sent_fields(Writers.of(datasets, Part.TEST), 16, 2))


def test_fewer_pages_are_the_first_of_more(datasets):
    """A part of a suite is a part of the whole one."""
    few, more = ([page.image for _, page in sent_pages(Writers.of(datasets, Part.TEST), count, 1)] for count in (2, 4))
    assert len(few) == 2
    assert all(np.array_equal(one, other) for one, other in zip(few, more[:2], strict=True))


def test_pages_are_only_made_where_there_are_recordings(datasets, tmp_path):
    """Nothing else is written with."""
    assert has_writers(datasets)
    assert not has_writers(tmp_path)


def test_the_maps_have_a_place_each():
    """Seven maps, none of them twice."""
    assert sorted([*range(MAPS)[INK], MIDDLE, ACROSS, DOWN]) == [*range(MAPS)]
