"""Digits that were cropped to their ink: they get a margin, and nothing else does."""

import cv2
import numpy as np
import pytest

from hwr_core.images.margin import MARGIN, with_margin
from hwr_core.images.normalise import normalise
from hwr_core.images.types import Grey
from tests.handwriting import drawing
from tests.images.likeness import likeness

TALL = [0, 2, 3, 4, 5, 6, 7, 8, 9]
"""A bare 1 that is cropped to its ink is a block."""


def cropped(image: Grey) -> Grey:
    """Return a black-on-white drawing without its margin."""
    left, top, width, height = cv2.boundingRect(255 - image)
    return np.ascontiguousarray(image[top : top + height, left : left + width])


def in_shade(image: Grey) -> Grey:
    """Return a drawing on paper that grows lighter from the left to the right, to more than twice the level."""
    light = np.linspace(100, 235, image.shape[1])
    return np.asarray(image / 255 * light + (255 - image) / 255 * 25, np.uint8)


@pytest.mark.parametrize("digit", TALL)
@pytest.mark.parametrize("ink", ["dark", "light", "in shade"])
def test_a_digit_cropped_to_its_ink_is_read_as_with_its_margin(digit, ink):
    """Its bars, which run from side to side, are no lines, and its strokes no dark edge."""
    image = drawing(digit, side=110, pen=9)
    tight = cropped(image)
    tight = {"dark": tight, "light": 255 - tight, "in shade": in_shade(tight)}[ink]
    margin = round(MARGIN * max(tight.shape))
    assert with_margin(tight).shape == (tight.shape[0] + 2 * margin, tight.shape[1] + 2 * margin)
    assert likeness(normalise(tight), normalise(image)) > 0.9


@pytest.mark.parametrize("digit", TALL)
@pytest.mark.parametrize("pen", [11, 22])
def test_a_scan_of_sixteen_pixels_keeps_its_bars(digit, pen):
    """However few pixels it has, and though its longer sides alone are at the edge."""
    tight = cropped(drawing(digit, side=110, pen=pen))
    factor = 16 / max(tight.shape)
    tiny = cv2.resize(tight, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA)
    square = np.full((16, 16), 255, np.uint8)
    top, left = (16 - tiny.shape[0]) // 2, (16 - tiny.shape[1]) // 2
    square[top : top + tiny.shape[0], left : left + tiny.shape[1]] = tiny
    whole = normalise(np.pad(square, 4, constant_values=255))
    assert likeness(normalise(square), whole) > 0.93


def test_a_digit_with_a_margin_stays_as_it_is():
    """The same array comes back, also where one stroke leaves the image."""
    for image in (drawing(8), drawing(8)[:, 90:], in_shade(drawing(3))):
        assert with_margin(image) is image


@pytest.mark.parametrize("sides", ["left top", "right bottom", "left top right bottom"])
@pytest.mark.parametrize("digit", [2, 4, 8])
def test_a_cell_stays_as_it_is(digit, sides):
    """The lines of a grid reach all sides too, and would be read with the digit."""
    cell = drawing(digit, side=100, pen=5, fill=0.5)
    edges = {"left": np.s_[:, 2:6], "top": np.s_[2:6, :], "right": np.s_[:, -6:-2], "bottom": np.s_[-6:-2, :]}
    for side in sides.split():
        cell[edges[side]] = 40
    assert with_margin(cell) is cell


def test_squared_paper_stays_as_it_is():
    """Its lines hang together and reach all sides."""
    sheet = drawing(4, side=140, pen=6, fill=0.4)
    sheet[::28] = np.minimum(sheet[::28], 120)
    sheet[:, ::28] = np.minimum(sheet[:, ::28], 120)
    assert with_margin(sheet) is sheet


@pytest.mark.parametrize("sigma", [3, 20, 60])
def test_noise_stays_as_it_is(sigma):
    """However its grains hang together: they do not stand out as ink does."""
    noise = np.random.default_rng(0).normal(128, sigma, (90, 90))
    image = np.clip(noise, 0, 255).astype(np.uint8)
    assert with_margin(image) is image


def rounded(power: float, opening: float) -> Grey:
    """Return a ring, black on white, the squarer the higher the power, open at the bottom by so many degrees."""
    angles = np.radians(np.linspace(90 + opening / 2, 450 - opening / 2, 400))
    points = [np.sign(each) * np.abs(each) ** (2 / power) * 92 + 100 for each in (np.cos(angles), np.sin(angles))]
    canvas = np.full((200, 200), 255, np.uint8)
    cv2.polylines(canvas, [np.stack(points, 1).round().astype(np.int32)], False, 0, 16)
    return canvas


@pytest.mark.parametrize(("power", "opening"), [(2.5, 0), (3, 0), (3, 50), (3, 80), (3.5, 80)])
@pytest.mark.parametrize("light", [False, True])
def test_a_sign_as_round_as_its_image_is_no_frame(power, opening, light):
    """A ring, or an arch that is open at the bottom, squeezed into 32 pixels, as Telugu zeros and ones are stored."""
    sign = rounded(power, opening)
    tight = np.asarray(cv2.resize(cropped(sign), (32, 32), interpolation=cv2.INTER_AREA), np.uint8)
    tight = np.where(tight > 127, 255, 0).astype(np.uint8)
    on_paper = np.pad(tight, 8, constant_values=255)
    assert with_margin(255 - tight if light else tight).shape == (42, 42)
    assert likeness(normalise(255 - tight if light else tight), normalise(on_paper)) > 0.9
