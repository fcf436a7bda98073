"""A line becomes an upright strip of one height, whose columns can be found again on the page."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from hwr_core.images.lines.segmentation import segment
from hwr_core.images.lines.strips import INK, SEEN, STRIP_DIGIT, STRIP_HEIGHT, STRIP_MARGIN, slant_of, strip, upright
from tests.handwriting import number
from tests.images.likeness import likeness


def leaning(text, lean):
    """A line of digits that leans to the right by so many columns a row."""
    grey = np.pad(number(text), ((0, 0), (60, 120)), constant_values=255)
    shear = np.array([[1.0, -lean, lean * grey.shape[0] / 2], [0.0, 1.0, 0.0]])
    return cv2.warpAffine(grey, shear, grey.shape[::-1], borderValue=[255])


def only_line(grey):
    """The page of an image and its one line."""
    page = segment(grey)
    [line] = page.lines
    return page, line


@pytest.mark.parametrize("text", ["1417", "74414", "271828"])
@pytest.mark.parametrize("lean", [-0.2, 0.2, 0.4, 0.6])
def test_the_slant_of_writing_is_found(text, lean):
    """Compared with the same digits upright, within a sixth of a column a row."""
    _, straight = only_line(leaning(text, 0.0))
    _, line = only_line(leaning(text, lean))
    assert slant_of(line) - slant_of(straight) == pytest.approx(lean, abs=0.16)


def test_leaning_writing_makes_the_same_strip():
    """However it leans, the network sees it upright."""
    straight, bent = (strip(*only_line(leaning("74414", lean))).image[..., INK] for lean in (0.0, 0.4))
    assert bent.shape[1] == pytest.approx(straight.shape[1], rel=0.1)
    assert likeness(straight, cv2.resize(bent, straight.shape[::-1])) > 0.5


@pytest.mark.parametrize("factor", [0.4, 1, 3])
def test_a_strip_has_one_height_at_any_size(factor):
    """Its digits fill most of it, and both ends are bare."""
    page, line = only_line(cv2.resize(leaning("2718", 0.1), None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))
    image = strip(page, line).image.max(axis=2)
    assert image.shape[0] == STRIP_HEIGHT
    assert not image[:, : STRIP_MARGIN - 1].any()
    assert not image[:, 1 - STRIP_MARGIN :].any()
    inked = np.flatnonzero(image.max(axis=1) > 100)
    assert 20 <= np.ptp(inked) + 1 <= 30


@pytest.mark.parametrize("lean", [-0.2, 0.0, 0.5])
def test_a_column_of_the_strip_is_found_on_the_page(lean):
    """The ink at a column of the strip is the ink of the parts at that upright column."""
    page, line = only_line(leaning("1417", lean))
    found = strip(page, line)
    inked = np.flatnonzero(found.image.max(axis=(0, 2)) > 100)
    columns = np.concatenate([upright(part, found.slant) for part in line.parts])
    assert found.upright_at(float(inked[0])) == pytest.approx(columns.min(), abs=2 * found.scale)
    assert found.upright_at(float(inked[-1])) == pytest.approx(columns.max(), abs=2 * found.scale)


def test_of_a_plain_page_ink_is_all_that_is_seen():
    """Both channels are the same."""
    image = strip(*only_line(leaning("1417", 0.1))).image
    np.testing.assert_array_equal(image[..., INK], image[..., SEEN])


def test_what_stands_out_is_seen_though_it_is_no_ink():
    """A line whose last digit was not taken for ink: it is in the one channel and not in the other."""
    page, line = only_line(leaning("2718", 0.0))
    *_, eight = line.parts
    all_of_it = replace(page, seen=page.foreground.strength)
    image = strip(all_of_it, replace(line, parts=line.parts[:-1])).image
    scale = STRIP_DIGIT / line.height
    [width] = {eight.box[2]}
    missed = (image[..., SEEN] > 100) & (image[..., INK] == 0)
    assert np.ptp(np.flatnonzero(missed.any(axis=0))) + 1 == pytest.approx(width * scale, abs=4)


def test_a_lone_piece_of_a_digit_is_no_line_of_its_own():
    """The bar of a 5 that does not touch its belly stays with it, where a line above would be another line."""
    grey = number("2522")
    apart = grey.copy()
    apart[36:52, 120:240] = 255
    assert len(segment(apart).lines) == 1
    assert len(segment(np.vstack([number("4717"), number("2522")])).lines) == 2
