"""Numbers on photos, forms and squared paper are read as on a clean sheet: what lies around them is no digit."""

import cv2
import numpy as np
import pytest

from hwr_core.images.decode import PageImage
from hwr_core.images.types import Grey
from hwr_core.recognition.page_reader import read_page
from tests.handwriting import drawing, number

TEXT = "3846785512"


def page(text: str = TEXT, *, side: int = 80) -> Grey:
    """A sheet of 1000x700 with a number in its middle."""
    sheet = np.full((700, 1000), 235, np.uint8)
    line = cv2.convertScaleAbs(number(text, side=side, pen=6), alpha=0.8, beta=31)
    top, left = 310, (1000 - line.shape[1]) // 2
    sheet[top : top + line.shape[0], left : left + line.shape[1]] = line
    return sheet


def dark_object(sheet: Grey) -> Grey:
    """Something dark lies over a corner."""
    cv2.circle(sheet, (940, 40), 150, 25, -1)
    return sheet


def dark_corners(sheet: Grey) -> Grey:
    """The light falls off towards the corners, by nine tenths."""
    y, x = np.mgrid[-1:1:700j, -1:1:1000j]
    return np.asarray(sheet * (1 - 0.9 * (x**2 + y**2) / 2), np.uint8)


def squared(sheet: Grey) -> Grey:
    """The paper is squared."""
    lines = sheet.copy()
    lines[::40], lines[:, ::40] = 170, 170
    return np.minimum(sheet, lines)


def ruled(sheet: Grey) -> Grey:
    """Lines run through the number."""
    lines = sheet.copy()
    lines[20::45] = 150
    return np.minimum(sheet, lines)


def askew(sheet: Grey) -> Grey:
    """The line rises by ten degrees."""
    turn = cv2.getRotationMatrix2D((500, 350), 10, 1.0)
    return np.asarray(cv2.warpAffine(sheet, turn, (1000, 700), borderMode=cv2.BORDER_REPLICATE), np.uint8)


def in_boxes(sheet: Grey) -> Grey:
    """Each digit stands in a printed box."""
    for place in range(len(TEXT)):
        cv2.rectangle(sheet, (104 + 80 * place, 300), (176 + 80 * place, 400), 40, 2)
    return sheet


@pytest.mark.parametrize(
    "kind", [dark_object, dark_corners, squared, ruled, askew, in_boxes], ids=lambda kind: kind.__name__
)
def test_a_number_is_read_whatever_is_around_it(recogniser, kind):
    """A dark object, vignetting, squares, rules, a crooked line, form boxes."""
    found = read_page(PageImage(kind(page()), 1.0), recogniser)
    assert [line.text for line in found.lines] == [TEXT]


def test_the_boxes_of_digits_lie_on_the_image(recogniser):
    """They are where the digits stand, also on a line that is askew."""
    found = read_page(PageImage(askew(page()), 2.0), recogniser)
    lefts = [digit.box[0] for digit in found.digits]
    tops = [digit.box[1] for digit in found.digits]
    assert lefts == sorted(lefts)
    assert tops == sorted(tops, reverse=True)
    assert 2 * 90 < lefts[0] < 2 * 160
    assert len(found.digits) == len(TEXT)


def test_a_page_without_digits_has_none(recogniser):
    """Print and an empty form are no numbers."""
    sheet = np.full((500, 700), 240, np.uint8)
    cv2.putText(sheet, "Please write here", (40, 80), cv2.FONT_HERSHEY_SIMPLEX, 1.2, 40, 2, cv2.LINE_AA)
    cv2.rectangle(sheet, (40, 150), (600, 220), 60, 2)
    assert read_page(PageImage(sheet, 1.0), recogniser).lines == ()


def test_a_single_digit_is_a_number_of_one(recogniser):
    """A canvas with one digit on it."""
    assert [line.text for line in read_page(PageImage(drawing(7), 1.0), recogniser).lines] == ["7"]
