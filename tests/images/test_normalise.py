"""A digit looks the same to the model wherever, on whatever and with whatever it was written."""

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from numpy.typing import ArrayLike

from hwr_core.errors import InvalidValue, NoInk
from hwr_core.images.background import estimate_background
from hwr_core.images.binarise import binarise
from hwr_core.images.decode import decode
from hwr_core.images.foreground import clean_foreground, cut_out
from hwr_core.images.geometry import BOX, centre, fit_to_box, resize_to_work
from hwr_core.images.normalise import denoise, normalise
from hwr_core.images.types import SIDE, Grey
from hwr_core.recognition.types import DIGITS
from tests.handwriting import drawing, png
from tests.images.likeness import likeness

MIDDLE = (SIDE - 1) / 2


def on_paper(image: Grey, paper: ArrayLike, ink: ArrayLike) -> Grey:
    """Return a black-on-white drawing with other paper and other ink: one tone, or one for each pixel."""
    share = (255 - image.astype(np.float64)) / 255
    return (np.asarray(paper) * (1 - share) + np.asarray(ink) * share).round().astype(np.uint8)


def shading(side: int = 280, dark: int = 110, light: int = 235) -> np.ndarray:
    """Return paper that grows lighter from the top left corner to the bottom right one."""
    down, right = np.mgrid[:side, :side] / (side - 1)
    return dark + (light - dark) * (down + right) / 2


def noisy(image: Grey, sigma: float, seed: int = 0) -> Grey:
    """Return an image with noise on each pixel."""
    noise = np.random.default_rng(seed).normal(0, sigma, image.shape)
    return np.clip(image + noise, 0, 255).round().astype(np.uint8)


@pytest.mark.parametrize("digit", DIGITS)
def test_a_digit_is_put_as_mnist_puts_it(digit):
    """The digit fills a box of 20 pixels, bright on black, its centre of mass within a pixel of the middle."""
    seen = normalise(drawing(digit))
    assert (seen.dtype, seen.shape, seen.max()) == (np.uint8, (SIDE, SIDE), 255)
    left, top, width, height = cv2.boundingRect(seen)
    assert BOX - 1 <= max(width, height) <= BOX
    moments = cv2.moments(seen)
    if 0 < left < SIDE - width and 0 < top < SIDE - height:
        assert abs(moments["m10"] / moments["m00"] - MIDDLE) <= 1
        assert abs(moments["m01"] / moments["m00"] - MIDDLE) <= 1


@pytest.mark.parametrize("digit", DIGITS)
def test_light_on_dark_is_the_same_as_dark_on_light(digit):
    """Inverting an image changes no more than the rounding of a grey level."""
    image = drawing(digit)
    assert np.abs(normalise(255 - image).astype(int) - normalise(image)).max() <= 2


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("at", [(0.1, 0.1), (0.9, 0.1), (0.1, 0.9), (0.9, 0.9), (0.31, 0.77)])
def test_a_digit_may_stand_anywhere(digit, at):
    """Where on the canvas a digit stands does not matter, near a corner neither."""
    assert likeness(normalise(drawing(digit, fill=0.5, at=at)), normalise(drawing(digit, fill=0.5))) > 0.92


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("fill", [0.3, 0.5, 0.9])
def test_a_digit_may_be_small_or_large(digit, fill):
    """The same shape of any size, its pen grown with it, gives nearly the same image."""
    assert likeness(normalise(drawing(digit, fill=fill, pen=26 * fill)), normalise(drawing(digit, pen=18))) > 0.9


@pytest.mark.parametrize("side", [28, 40, 64, 200, 500, 1500])
def test_an_image_may_be_tiny_or_huge(side):
    """The resolution of the canvas hardly matters, from MNIST's own up to a scan's."""
    assert likeness(normalise(drawing(5, side=side, pen=side * 0.07)), normalise(drawing(5, pen=19.6))) > 0.8


@pytest.mark.parametrize("digit", DIGITS)
def test_shading_is_evened_out(digit):
    """A shadow across the paper leaves the digit as it is."""
    image = on_paper(drawing(digit, pen=12), shading(), shading() * 0.35)
    assert likeness(normalise(image), normalise(drawing(digit, pen=12))) > 0.85


@pytest.mark.parametrize("digit", DIGITS)
def test_a_deep_shadow_needs_the_background_evened_out(digit):
    """At level 0 the background counts as one flat tone and a deep shadow drowns the digit; at level 1 it does not."""
    paper = shading(dark=60, light=240)
    image, clean = on_paper(drawing(digit, pen=12), paper, paper / 2), normalise(drawing(digit, pen=12))
    assert likeness(normalise(image, 0.0), clean) < 0.6
    assert likeness(normalise(image, 1.0), clean) > 0.85


@pytest.mark.parametrize("digit", DIGITS)
def test_a_soft_shadow_over_a_cell_hides_no_ink(digit):
    """Shading that the estimated background does not follow is no noise: the digit still stands out of the grain."""
    rows = np.mgrid[0:128, 0:128][0]
    paper = 150 + 60 / (1 + np.exp((rows - 70) / 3))
    image = noisy(on_paper(drawing(digit, side=128, pen=8), paper, paper - 45), sigma=1)
    assert likeness(normalise(image), normalise(drawing(digit, side=128, pen=8))) > 0.8


@pytest.mark.parametrize("digit", DIGITS)
def test_a_dark_frame_does_not_turn_foreground_into_background(digit):
    """Beside a dark frame the paper seems lit: the digit within, as dark as the frame, is still the foreground."""
    paper = shading(side=128, dark=150, light=170)
    image = on_paper(drawing(digit, side=128, pen=8, fill=0.6), paper, paper - 60)
    image[:7], image[-7:], image[:, :7], image[:, -7:] = 40, 40, 40, 40
    image = cv2.GaussianBlur(image, (0, 0), 2)
    assert likeness(normalise(image), normalise(drawing(digit, side=128, pen=8, fill=0.6))) > 0.8


@pytest.mark.parametrize("digit", DIGITS)
def test_a_stroke_in_halftone_is_no_heap_of_specks(digit):
    """Where a scanner parts a pale stroke into dots, the dots are read as the stroke."""
    image = drawing(digit, side=96, pen=8)
    dots = np.where(np.indices(image.shape).sum(axis=0) % 3 == 0, 0, 255).astype(np.uint8)
    halftone = np.where(image < 128, dots, 255).astype(np.uint8)
    assert likeness(normalise(halftone), normalise(image)) > 0.7


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("tone", [210, 150])
def test_squared_paper_is_not_read_together_with_the_digit(digit, tone):
    """Pale or darker, its thin lines are taken out, and the strokes that cross them stay whole."""
    image = drawing(digit, side=168, pen=10)
    squared = image.copy()
    squared[20::40] = np.minimum(squared[20::40], tone)
    squared[:, 12::40] = np.minimum(squared[:, 12::40], tone)
    assert likeness(normalise(squared), normalise(image)) > 0.7


@pytest.mark.parametrize("digit", DIGITS)
def test_faint_pencil_is_found(digit):
    """Pencil only 20 levels darker than noisy paper is read like ink."""
    image = noisy(on_paper(drawing(digit, pen=12), 205, 185), sigma=2)
    assert likeness(normalise(image), normalise(drawing(digit, pen=12))) > 0.9


@pytest.mark.parametrize("digit", DIGITS)
def test_smoothing_helps_where_paper_is_rough(digit):
    """At level 2 a digit on grainy paper comes out as if the paper were clean."""
    image = noisy(on_paper(drawing(digit, pen=14), 190, 90), sigma=20)
    assert likeness(normalise(image, 2.0), normalise(drawing(digit, pen=14))) > 0.9


@pytest.mark.parametrize(
    ("paper", "ink"),
    [
        ((250, 240, 120), (20, 30, 140)),
        ((255, 170, 190), (30, 90, 40)),
        ((30, 70, 50), (250, 250, 240)),
        ((120, 80, 40), (20, 20, 20)),
        ((200, 230, 255), (200, 40, 40)),
    ],
)
def test_paper_and_ink_may_have_any_colour(paper, ink):
    """Blue on yellow, green on pink, chalk on a board: the same digit."""
    share = (255 - drawing(2).astype(float)[..., None]) / 255
    coloured = (np.array(paper) * (1 - share) + np.array(ink) * share).astype(np.uint8)
    assert likeness(normalise(decode(png(coloured))), normalise(drawing(2))) > 0.97


def test_specks_beside_a_digit_are_dropped():
    """Crumbs and dust change nothing."""
    image = drawing(4, fill=0.6)
    specked = image.copy()
    for x, y in ((12, 12), (270, 30), (20, 260), (262, 255), (140, 8)):
        cv2.circle(specked, (x, y), 2, 0, -1)
    np.testing.assert_array_equal(normalise(specked), normalise(image))


@pytest.mark.parametrize("gap", ["top and bottom", "left and right"])
@pytest.mark.parametrize("pen", [1, 2, 3])
def test_a_ring_in_two_halves_that_fills_its_image_is_no_frame(gap, pen):
    """Cropped to its ink and parted by gaps, it is read as the ring that it is, with both halves."""
    image = np.zeros((32, 32), np.uint8)
    cv2.ellipse(image, (15, 15), (15, 15), 0, 0, 360, 255, pen)
    parted = image.copy()
    parted[np.s_[:, 14:17] if gap == "top and bottom" else np.s_[14:17]] = 0
    whole, halves = normalise(image), normalise(parted)
    assert likeness(halves, whole) > 0.9


def test_short_strokes_of_tiny_writing_are_kept():
    """A Chinese three of ten pixels, with strokes of three and four, keeps them; paper with grain drops as much."""
    image = np.zeros((64, 64), np.uint8)
    for row, first, last in ((30, 30, 33), (34, 29, 33), (39, 25, 36)):
        image[row, first:last] = 160
    assert np.count_nonzero(np.diff((normalise(image).max(axis=1) > 60).astype(int)) == 1) == 3
    paper = np.clip(np.random.default_rng(1).normal(120, 4, (64, 64)), 0, 255).astype(np.uint8)
    paper[10:50, 30:33], paper[55, 10:13] = 10, 10
    assert np.count_nonzero(normalise(paper).max(axis=0)) < 10


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("sides", ["left", "left top", "left top right bottom"])
def test_the_lines_of_a_cell_are_dropped(digit, sides):
    """A digit cut out of a grid, with grid lines at any of its edges, is read without them."""
    image = drawing(digit, side=100, pen=7, fill=0.55)
    cell = image.copy()
    edges = {"left": np.s_[:, 1:4], "top": np.s_[1:4, :], "right": np.s_[:, -4:-1], "bottom": np.s_[-4:-1, :]}
    for side in sides.split():
        cell[edges[side]] = 60
    assert likeness(normalise(cell), normalise(image)) > 0.97


@pytest.mark.parametrize("digit", [digit for digit in DIGITS if digit != 1])
@pytest.mark.parametrize("pen", [14, 40])
@pytest.mark.parametrize("tone", [0, 255])
def test_a_digit_may_be_cropped_to_its_ink(digit, pen, tone):
    """Without any margin, with more foreground than background along the edge, it is still the digit that is read.

    A bare 1 is left out: cropped to its ink it is a block.
    """
    whole = drawing(digit, pen=pen)
    left, top, width, height = cv2.boundingRect(255 - whole)
    cropped = np.ascontiguousarray(whole[top : top + height, left : left + width])
    assert likeness(normalise(cropped if tone else 255 - cropped), normalise(whole)) > 0.85


def test_a_round_digit_up_to_the_edge_is_no_frame():
    """A photographed 0 that touches all four edges lies where a cell's frame would, but for the corners."""
    zero = np.full((128, 128), 255, np.uint8)
    cv2.ellipse(zero, (64, 64), (60, 60), 0, 0, 360, 0, 7, cv2.LINE_AA)
    photo = noisy(on_paper(zero, shading(128, 150, 190), 60), 3)
    assert likeness(normalise(photo), normalise(zero)) > 0.85


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("beside", [0, 4, 7])
def test_what_is_left_of_the_next_digit_is_dropped(digit, beside):
    """A digit that was cut out of a number with a part of its neighbour, on the left or on the right."""
    image = drawing(digit, side=140, pen=8, fill=0.6)
    columns = np.flatnonzero((drawing(beside, side=140, pen=8, fill=0.6) < 128).any(axis=0))
    part = drawing(beside, side=140, pen=8, fill=0.6)[:, columns[0] - 2 : columns[0] + 18]
    left = np.flatnonzero((image < 128).any(axis=0))[0] - 8
    cut = np.hstack([image[:, left : 140 - left + 10], part])
    assert likeness(normalise(cut), normalise(image)) > 0.97
    assert likeness(normalise(cut[:, ::-1]), normalise(image[:, ::-1])) > 0.97


def test_a_whole_digit_beside_another_stays():
    """Two digits are no digit, even if one touches the edge."""
    two = np.hstack([drawing(3, side=140, pen=8, fill=0.6), drawing(5, side=140, pen=8, fill=0.6)])
    last = np.flatnonzero((two < 128).any(axis=0))[-1]
    assert likeness(normalise(two[:, : last + 1]), normalise(two)) > 0.9


@pytest.mark.parametrize(("first", "last"), [(20, 80), (40, 100), (5, 60)])
def test_a_speck_makes_no_neighbour_of_a_stroke_at_the_side(first, last):
    """A thin stroke at the edge beside a speck is what there is: it is not dropped in favour of the speck."""
    image = np.full((120, 120), 255, np.uint8)
    image[first:last, 0] = 0
    alone = normalise(image)
    image[60, 60:64] = 0
    np.testing.assert_array_equal(normalise(image), alone)


@pytest.mark.parametrize("tone", [60, 120])
@pytest.mark.parametrize("sides", ["left", "left and top", "right, bottom and left"])
def test_a_frame_around_nothing_is_no_digit(tone, sides):
    """The lines of an empty cell, also on paper of one tone, are not read as a 1."""
    cell = np.full((128, 128), 190, np.uint8)
    for side, line in {
        "left": np.s_[:, 4:10],
        "top": np.s_[3:8],
        "right": np.s_[:, -9:-3],
        "bottom": np.s_[-6:],
    }.items():
        if side in sides:
            cell[line] = tone
    with pytest.raises(NoInk):
        normalise(cell)


@pytest.mark.parametrize("left", [22, 32])
def test_a_line_that_meets_the_next_one_is_no_digit(left):
    """The side of an empty cell, cut short where the lines above and below it were wiped off, is not read as a 1."""
    cell = shading(128, 150, 190).astype(np.uint8)
    cv2.line(cell, (left, 0), (left + 3, 127), 60, 5, cv2.LINE_AA)
    cell[:4] = cell[-4:] = 60
    with pytest.raises(NoInk):
        normalise(noisy(cell, 2))


def test_a_digit_of_two_parts_keeps_both():
    """A 5 whose upper part does not touch its belly keeps both."""
    image = drawing(5, pen=12)
    parted = image.copy()
    parted[110:118] = 255
    seen = normalise(parted)
    assert likeness(seen, normalise(image)) > 0.93
    assert cv2.connectedComponents(cv2.threshold(seen, 128, 255, cv2.THRESH_BINARY)[1])[0] > 2


BLANKS = {
    "white": np.full((280, 280), 255, np.uint8),
    "black": np.zeros((280, 280), np.uint8),
    "grey": np.full((100, 60), 128, np.uint8),
    "a slope to the right": np.tile(np.linspace(90, 240, 280).astype(np.uint8), (280, 1)),
    "a slope downwards": np.tile(np.linspace(220, 170, 200).astype(np.uint8)[:, None], (1, 300)),
    "a slope across": shading().astype(np.uint8),
    "one pixel": np.full((1, 1), 7, np.uint8),
    "one row": np.full((1, 500), 200, np.uint8),
    "one column": np.full((500, 1), 200, np.uint8),
    "one dark pixel": np.where(np.arange(280 * 280).reshape(280, 280) == 40_000, 0, 255).astype(np.uint8),
    **{
        f"noise of {sigma} on {tone}": noisy(np.full((side, side), tone, np.uint8), sigma, side)
        for sigma in (1, 3, 8, 20)
        for tone, side in ((128, 280), (200, 100), (90, 40))
    },
}


@pytest.mark.parametrize("blank", BLANKS)
def test_paper_without_writing_has_no_ink(blank):
    """Nothing is read into blank, shaded or rough paper."""
    with pytest.raises(NoInk):
        normalise(BLANKS[blank])


@pytest.mark.parametrize("level", [float("nan"), -1.0, -1e-9, 3.1, float("inf"), float("-inf")])
def test_an_enhancement_level_out_of_range_is_refused(level):
    """The message names the value given and what is allowed."""
    with pytest.raises(InvalidValue, match=f"enhancement_level is {level}; a number from 0 to 3 is allowed"):
        normalise(drawing(1), level)


@pytest.mark.parametrize("level", [0.0, 0.5, 1.0, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("digit", DIGITS)
def test_a_clean_digit_survives_every_enhancement_level(digit, level):
    """No level spoils a drawing that needed none."""
    assert likeness(normalise(drawing(digit), level), normalise(drawing(digit))) > 0.93


@settings(max_examples=200, deadline=None)
@given(
    arrays.arrays(np.uint8, arrays.array_shapes(min_dims=2, max_dims=2, max_side=90)),
    st.floats(0, 3),
)
def test_any_image_is_normalised_or_has_no_ink(image, level):
    """Whatever the pixels, what comes out is what the model takes, or the word that there is no ink."""
    before = image.copy()
    try:
        seen = normalise(image, level)
    except NoInk:
        seen = None
    np.testing.assert_array_equal(image, before)
    assert seen is None or (seen.dtype, seen.shape, seen.max()) == (np.uint8, (SIDE, SIDE), 255)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 40), st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1))
def test_rectangles_of_noise_never_break_a_stage(height, width, scale, seed):
    """Coarse patterns of any size and shape, up to long strips, are normalised or have no ink."""
    coarse = np.random.default_rng(seed).integers(0, 256, (height, width), dtype=np.uint8)
    try:
        seen = normalise(np.kron(coarse, np.ones((scale, 1), np.uint8)))
    except NoInk:
        return
    assert (seen.dtype, seen.shape, seen.max()) == (np.uint8, (SIDE, SIDE), 255)


@pytest.mark.parametrize("level", [0.0, 1.0, 2.0])
def test_no_function_changes_its_arguments(level):
    """Each is a pure function: pages may show the images between the stages."""
    image = on_paper(drawing(8, side=200), shading(200), 20)
    resized = resize_to_work(image)
    smooth = denoise(resized, level)
    background = estimate_background(smooth, level)
    foreground = binarise(smooth, background)
    mask = clean_foreground(foreground, level)
    cropped = cut_out(foreground, mask)
    boxed = fit_to_box(cropped)
    between = (image, resized, smooth, background, foreground.strength, mask, cropped, boxed)
    before = [each.copy() for each in between]
    again = centre(fit_to_box(cut_out(binarise(denoise(resize_to_work(image), level), background), mask)))
    clean_foreground(foreground, level)
    np.testing.assert_array_equal(again, normalise(image, level))
    for each, copy in zip(between, before, strict=True):
        np.testing.assert_array_equal(each, copy)
