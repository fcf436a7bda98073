"""The maps of the page network become numbers: pieces of one line join, each keeps its ink, in reading order."""

import numpy as np
import pytest

from hwr_core.images.lines.finding import find_places, ink_of, reading_order
from hwr_core.images.pages import ACROSS, DOWN, INK, MAPS, MIDDLE

YES, NO = 6.0, -6.0


def maps(*numbers, way=(1.0, 0.0), side=200):
    """Maps of a page with numbers at (left, top, right, bottom) in places of the map, wholly filled with ink."""
    made = np.full((side, side, MAPS), NO, np.float32)
    made[..., ACROSS], made[..., DOWN] = 3 * way[0], 3 * way[1]
    for left, top, right, bottom in numbers:
        made[top:bottom, left:right, INK] = YES
        quarter = (bottom - top) // 4
        made[top + quarter : bottom - quarter, left:right, MIDDLE] = YES
    return made


def found(made):
    """The places on a page."""
    return find_places(made, ink_of(made))


def test_a_number_has_its_place_and_its_ink():
    """Twice as many pixels as places of the map, both ways."""
    [place] = found(maps((20, 40, 80, 60)))
    assert place.centre == pytest.approx((100, 100), abs=2)
    assert place.length == pytest.approx(120, abs=3)
    assert place.height == pytest.approx(40, abs=3)
    assert place.way == pytest.approx((1, 0), abs=0.02)
    assert len(place.ink[0]) == 120 * 40


def test_pieces_that_follow_each_other_are_one_number():
    """A gap of a quarter of the height is a gap within a number; one of three heights lies between two."""
    assert len(found(maps((20, 40, 60, 60), (65, 40, 100, 60)))) == 1
    assert len(found(maps((20, 40, 60, 60), (120, 40, 160, 60)))) == 2


def test_lines_below_each_other_stay_apart():
    """However close they are."""
    assert len(found(maps((20, 40, 100, 60), (20, 62, 100, 82)))) == 2


def test_a_page_on_its_side_is_read_as_it_is_turned():
    """The network says which way; a long number's own axis says it more exactly."""
    made = maps(side=200, way=(0.0, 1.0))
    made[20:120, 40:60, INK] = YES
    made[20:120, 45:55, MIDDLE] = YES
    [place] = found(made)
    assert place.way == pytest.approx((0, 1), abs=0.02)
    assert place.length == pytest.approx(200, abs=3)


def test_numbers_come_in_reading_order():
    """From top to bottom, and from left to right where they stand side by side."""
    places = found(maps((100, 22, 160, 42), (10, 20, 60, 40), (10, 80, 60, 100)))
    centres = [place.centre for place in places]
    assert centres == sorted(centres, key=lambda at: (at[1] > 100, at[0]))
    assert reading_order(places[::-1]) == [2, 1, 0]


def test_a_blank_page_has_no_numbers():
    """And specks are none."""
    assert found(maps()) == []
    assert found(maps((20, 20, 22, 22))) == []
