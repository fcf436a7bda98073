"""Pen strokes are placed and drawn as on a canvas."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hwr_core.images.normalise import normalise
from hwr_core.images.strokes import SHEET, draw, place, sheet
from hwr_core.recognition.types import DIGITS
from tests.handwriting import hand_made_strokes

SHARE = st.floats(0, 1)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(DIGITS), st.integers(20, 400), st.floats(0.1, 1), SHARE, SHARE)
def test_strokes_stay_on_the_canvas(digit, side, fill, right, down):
    """Placed anywhere at any size, every point lies on the canvas and the longer side is as long as asked."""
    points = np.concatenate(place(hand_made_strokes(digit), side=side, fill=fill, at=(right, down)))
    assert points.min() >= -1e-3
    assert points.max() <= side + 1e-3
    assert np.ptp(points, axis=0).max() == pytest.approx(fill * side, rel=1e-3)


@pytest.mark.parametrize(("at", "corner"), [((0, 0), (0, 0)), ((1, 1), (1, 1)), ((0, 1), (0, 1))])
def test_strokes_go_where_they_are_put(at, corner):
    """The corners of the free room are the corners of the canvas: x to the right, y down."""
    points = np.concatenate(place(hand_made_strokes(0), side=100, fill=0.4, at=at))
    for axis in (0, 1):
        edge = points[:, axis].max() - 100 if corner[axis] else points[:, axis].min()
        assert edge == pytest.approx(0, abs=1e-3)


def test_shape_survives_placing():
    """Both axes are scaled alike."""
    before = np.ptp(np.concatenate(hand_made_strokes(7)), axis=0)
    after = np.ptp(np.concatenate(place(hand_made_strokes(7), side=300, fill=0.8)), axis=0)
    assert after[0] / after[1] == pytest.approx(before[0] / before[1], rel=1e-3)


@pytest.mark.parametrize("pen", [5, 18, 30])
def test_a_line_is_as_wide_as_the_pen(pen):
    """A straight line is black, its width the pen's, its edge smooth, on white paper."""
    canvas = draw([np.array([[20, 50], [80, 50]], np.float32)], side=100, pen=pen)
    assert (canvas.dtype, canvas.shape, canvas.max(), canvas.min()) == (np.uint8, (100, 100), 255, 0)
    assert abs((255.0 - canvas[:, 50]).sum() / 255 - pen) <= 2.5


@pytest.mark.parametrize("pen", [5, 18, 30])
def test_a_dot_is_drawn(pen):
    """A pen set down and lifted leaves a round dot of its own size."""
    canvas = draw([np.array([[50, 50]], np.float32)], side=100, pen=pen)
    _, _, width, height = cv2.boundingRect(255 - canvas)
    assert abs(width - pen) <= 3
    assert abs(height - pen) <= 3


def test_a_stroke_of_one_place_can_be_placed():
    """A dot has no extent to scale by; it is drawn and is ink all the same."""
    dot = [np.array([[3, 3]], np.float32)]
    assert normalise(draw(place(dot, side=280, fill=0.5), side=280, pen=18)).any()


def test_every_stroke_is_drawn():
    """A digit of several strokes has the ink of each."""
    strokes = place(hand_made_strokes(4), side=200, fill=0.8)
    together = draw(strokes, side=200, pen=9)
    apart = np.minimum.reduce([draw([stroke], side=200, pen=9) for stroke in strokes])
    assert len(strokes) > 1
    assert np.abs(together.astype(int) - apart).mean() < 0.5


def test_a_sheet_is_the_same_in_any_unit():
    """What was drawn stands where it was drawn, whatever its points count in; a wide sheet stays as wide."""
    stroke = np.array([[10, 20], [190, 80]], np.float32)
    found = sheet([stroke], width=200, height=100, pen=6)
    assert (found.dtype, found.shape) == (np.uint8, (SHEET, 2 * SHEET))
    assert np.array_equal(found, sheet([stroke / 50], width=4, height=2, pen=0.12))
    assert np.array_equal(found, sheet([stroke], width=200, height=100, pen=6))
    rows, columns = np.nonzero(found < 128)
    assert (columns.min() / 2.8, rows.min() / 2.8) == pytest.approx((10, 20), abs=4)
    assert (columns.max() / 2.8, rows.max() / 2.8) == pytest.approx((190, 80), abs=4)


def test_what_lies_beside_the_sheet_is_cut_off():
    """Nothing is moved to make it fit, and no stroke at all is a white sheet."""
    outside = np.array([[-500, -500], [-400, -300]], np.float32)
    assert sheet([outside], width=100, height=100).min() == 255
    assert sheet([], width=100, height=100).min() == 255
