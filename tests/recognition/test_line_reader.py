"""Numbers are read whole: in order, also where digits touch, and without dots, commas and dashes."""

from dataclasses import replace

import cv2
import numpy as np
import pytest

from hwr_core.errors import Stopped
from hwr_core.images.decode import PageImage
from hwr_core.images.lines import segmentation, strips
from hwr_core.recognition import page_reader
from hwr_core.recognition.page_reader import PagePrediction, joint_confidence, read_page
from tests.handwriting import drawing, number


@pytest.fixture
def read(recogniser):
    """Read a grey image."""

    def read_image(grey, **more) -> PagePrediction:
        return read_page(PageImage(grey, more.pop("scale", 1.0)), recogniser, **more)

    return read_image


def texts(page: PagePrediction) -> list[str]:
    """The lines of a page."""
    return [line.text for line in page.lines]


@pytest.mark.parametrize("text", ["3141592653", "8", "10", "000"])
@pytest.mark.parametrize("inverted", [False, True], ids=["black on white", "white on black"])
def test_a_line_is_read_from_left_to_right(read, text, inverted):
    """Each digit in its place, dark or light."""
    grey = number(text)
    assert texts(read(255 - grey if inverted else grey)) == [text]


@pytest.mark.parametrize("text", ["2828", "300", "4004", "6060"])
def test_touching_digits_are_read_apart(read, text):
    """Digits pushed together until they are one connected component are cut again."""
    grey = number(text, gap=-66, pen=10)
    pieces = cv2.connectedComponents((grey < 128).astype(np.uint8))[0] - 1
    assert pieces < len(text)
    assert texts(read(grey)) == [text]


def test_lines_are_read_from_top_to_bottom(read):
    """A page of several lines, each digit knowing its line."""
    page = read(np.vstack([number("271828"), number("141421"), number("577215")]))
    assert texts(page) == ["271828", "141421", "577215"]
    assert [digit.line for digit in page.digits] == [0] * 6 + [1] * 6 + [2] * 6


def test_dots_commas_and_dashes_are_no_digits(read):
    """Marks between and after digits are left out."""
    grey = number("12345", gap=30)
    cv2.circle(grey, (285, 100), 5, 0, -1)
    cv2.line(grey, (430, 95), (422, 112), 0, 7)
    grey = np.hstack([grey, np.full((120, 150), 255, np.uint8)])
    cv2.line(grey, (760, 60), (820, 60), 0, 8)
    assert texts(read(grey)) == ["12345"]


def test_a_box_stands_around_its_digit(read):
    """Left, top, width and height of the digit in pixels of the input, whatever size it was read in."""
    small, large = number("47"), cv2.resize(number("47"), None, fx=9, fy=9, interpolation=cv2.INTER_LINEAR)
    for grey, unit in ((small, 1), (large, 9)):
        for place, digit in enumerate(read(grey).digits):
            inked = np.argwhere(drawing((4, 7)[place], side=120, pen=9) < 128) * unit
            top, left = inked.min(axis=0)
            bottom, right = inked.max(axis=0)
            expected = np.array([left + place * 120 * unit, top, right - left, bottom - top])
            np.testing.assert_allclose(digit.box, expected, atol=4 * unit)


def test_boxes_grow_with_the_scale_of_the_image(read):
    """An image that was reduced on its way tells of boxes as large as they are in the file."""
    once, twice = (read(number("58"), scale=scale).digits for scale in (1.0, 2.0))
    for one, two in zip(once, twice, strict=True):
        np.testing.assert_allclose(two.box, np.array(one.box) * 2, atol=1)


def test_given_boxes_are_read_each_as_one(read):
    """Where a person says that digits stand, nothing is looked for elsewhere; an empty box holds none."""
    boxes = [(360, 0, 120, 120), (0, 0, 120, 120), (2000, 0, 40, 40), (-5, -5, 3, 3)]
    assert texts(read(number("31415"), boxes=boxes)) == ["31"]


def test_given_boxes_may_differ_in_size(read):
    """A small digit beside large ones is read too, and none is read twice."""
    grey = np.full((300, 700), 255, np.uint8)
    grey[0:280, 0:280], grey[0:280, 280:560] = drawing(2, side=280, pen=18), drawing(7, side=280, pen=18)
    grey[240:300, 620:680] = drawing(4, side=60, pen=6)
    found = read(grey, boxes=[(0, 0, 280, 280), (280, 0, 280, 280), (620, 240, 60, 60)])
    assert sorted(digit.digit for digit in found.digits) == [2, 4, 7]


def test_blocks_side_by_side_are_read_from_left_to_right(read):
    """Two numbers far apart in one row, the right one a little higher, are no two rows."""
    grey = np.full((130, 1400), 255, np.uint8)
    grey[10:, :240], grey[:120, 1100:1340] = number("12"), number("34")
    assert texts(read(grey)) == ["12", "34"]


def test_a_page_of_1200_digits_is_read_to_the_last(read):
    """Forty lines of thirty: none is left out because there are many, and there is nothing to warn of."""
    written = [f"{place * 7919 % 10**10:010d}" * 3 for place in range(1, 41)]
    page = read(np.vstack([number(text, side=40, pen=3.5) for text in written]))
    assert [len(line) for line in texts(page)] == [30] * 40
    read_right = np.array([[*line] for line in texts(page)]) == np.array([[*line] for line in written])
    assert read_right.mean() >= 0.97
    assert page.warnings == ()


def test_what_is_left_out_of_a_page_is_said(read, monkeypatch):
    """Where there are more components than are looked at, the smallest are missing, and a sentence says so."""
    monkeypatch.setattr("hwr_core.recognition.recogniser.Recogniser.finds_numbers", False)  # as older versions
    monkeypatch.setattr(segmentation, "MOST_PARTS", 4)
    page = read(number("31415926"))
    assert len(page.digits) == 4
    assert len(page.warnings) == 1
    assert page.warnings[0].startswith("8 separate marks were found; only the 4 largest were read")


def test_writing_too_small_to_be_read_is_said(read, monkeypatch):
    """Digits of a few pixels give none, and a reason."""
    monkeypatch.setattr("hwr_core.recognition.recogniser.Recogniser.finds_numbers", False)  # as older versions
    line = np.hstack([number("31415926", pen=14)] * 6)
    small = cv2.resize(line, None, fx=0.06, fy=0.06, interpolation=cv2.INTER_AREA)
    grey = np.full((800, 1600), 255, np.uint8)
    for top in range(20, 780, 30):
        grey[top : top + small.shape[0], 10 : 10 + small.shape[1]] = small
    page = read(grey)
    assert page.digits == ()
    assert "too small to be read" in page.warnings[0]


def test_a_line_too_long_to_be_read_at_its_size_is_said(read, monkeypatch):
    """It is read all the same, narrowed."""
    text = "31415926535897932384"
    assert read(number(text, side=60, pen=5)).warnings == ()
    monkeypatch.setattr(strips, "LONGEST_STRIP", 200)
    assert "Line 1 is so long" in read(number(text, side=60, pen=5)).warnings[0]


def test_progress_is_told_of_each_line_and_may_stop_the_work(read):
    """What is raised at the third line ends the prediction there."""

    class Enough(Exception):
        pass

    shares = []

    def on_progress(share: float) -> None:
        shares.append(share)
        if len(shares) == 3:
            raise Enough

    with pytest.raises(Enough):
        read(np.vstack([number("27"), number("18"), number("28"), number("18")]), on_progress=on_progress)
    assert shares == pytest.approx([0.0, 0.1, 0.2])


def test_work_that_is_not_done_is_not_said_to_be(read):
    """Reading, reading in another way and judging all have a share of it, so that a limit on time holds to the end."""
    shares = []
    read(np.vstack([number("27"), number("18")]), on_progress=shares.append)
    assert shares == sorted(shares)
    assert len(shares) == 6
    assert shares[-1] < 1.0


def test_more_lines_than_are_wanted_are_not_read(read):
    """Nor is any of them."""
    page = np.vstack([number("27"), number("18"), number("28")])
    assert texts(read(page, most_lines=3)) == ["27", "18", "28"]
    with pytest.raises(Stopped):
        read(page, most_lines=2)


def test_digits_in_given_boxes_are_never_too_long_a_line(read, monkeypatch):
    """They are read one by one, each in its own size."""
    monkeypatch.setattr(strips, "LONGEST_STRIP", 50)
    page = read(number("2718", side=60, pen=5), boxes=[(60 * place, 0, 60, 60) for place in range(4)])
    assert len(page.digits) == 4
    assert page.warnings == ()


@pytest.mark.parametrize(
    ("unreadable", "left"), [([], ["271", "314"]), (["314"], ["271"]), (["271", "314"], ["271", "314"])]
)
def test_of_several_numbers_those_that_nobody_can_read_are_left_out(read, monkeypatch, unreadable, left):
    """Where none can be read all are kept: an answer that is unsure is better than none."""
    page = np.full((400, 900), 255, np.uint8)
    page[40:160, 40:400] = number("271")
    page[240:360, 440:800] = number("314")
    monkeypatch.setattr(page_reader, "FEW", 0)
    monkeypatch.setattr(page_reader, "DOUBTED", 0.0)
    seen = page_reader.as_a_whole

    def doubtful(*of):
        found = seen(*of)
        return replace(found, confidence=0.1) if found.text in unreadable else found

    monkeypatch.setattr(page_reader, "as_a_whole", doubtful)
    assert texts(read(page)) == left


def sheet(*lines) -> np.ndarray:
    """White paper with these windows of it printed grey."""
    grey = np.full((300, 400), 255, np.uint8)
    for line in lines:
        grey[line] = 90
    return grey


EMPTY_PAGES = {
    "blank": np.full((80, 300), 255, np.uint8),
    "one pixel": np.zeros((1, 1), np.uint8),
    "a strip": np.full((2000, 3), 128, np.uint8),
    "one line": sheet(np.s_[150:153]),
    "ruled": sheet(np.s_[40::60]),
    "squared": sheet(np.s_[40::60], np.s_[:, 30::60]),
    "a frame": sheet(np.s_[5:8], np.s_[-8:-5], np.s_[:, 5:8], np.s_[:, -8:-5]),
}


@pytest.mark.parametrize("name", EMPTY_PAGES)
def test_a_page_without_writing_has_no_digits(read, name):
    """Nothing is found, and nothing is sure."""
    grey = EMPTY_PAGES[name]
    page = read(grey)
    assert page == PagePrediction((), ())
    assert joint_confidence(page.lines) == 0.0


def test_the_whole_is_no_surer_than_any_digit(read):
    """A line is right only if each of its digits is; the first candidate of each is what was read."""
    page = read(number("2718"))
    assert 0.5 < page.lines[0].confidence <= min(digit.confidence for digit in page.digits)
    assert all(digit.candidates[0].digit == digit.digit for digit in page.digits)
    assert all(sum(each.probability for each in digit.candidates) == pytest.approx(1.0) for digit in page.digits)


def test_given_boxes_are_as_sure_together_as_each_allows(read):
    """Digits that are read one by one are right together with the product of their probabilities."""
    page = read(number("27"), boxes=[(0, 0, 120, 120), (120, 0, 120, 120)])
    assert page.lines[0].confidence == pytest.approx(np.prod([digit.confidence for digit in page.digits]))


def test_any_noise_is_survived(read):
    """Noise of any shape gives some answer."""
    rng = np.random.default_rng(0)
    for shape in ((3, 900), (700, 2), (64, 64), (200, 900)):
        read(rng.integers(0, 256, shape, dtype=np.uint8))
        read((rng.uniform(size=shape) < 0.9).astype(np.uint8) * 255)
