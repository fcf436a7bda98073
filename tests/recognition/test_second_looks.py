"""Where the first look at a line is unsure it is looked at again, and all looks decide together."""

import numpy as np
import pytest

from hwr_core.images.decode import PageImage
from hwr_core.recognition import second_looks
from hwr_core.recognition.ctc import BLANK, log_softmax, probable_texts
from hwr_core.recognition.page_reader import read_page
from hwr_core.recognition.second_looks import NARROWER, best_text, narrower
from hwr_core.recognition.types import CLASSES
from tests.handwriting import number


def columns_of(*wanted: dict[int, float]) -> np.ndarray:
    """Columns with these probabilities of digits; what is left is BLANK's."""
    shares = np.full((len(wanted), CLASSES), 1e-6)
    for row, probabilities in zip(shares, wanted, strict=True):
        row[BLANK] = 1.0 - sum(probabilities.values())
        for digit, probability in probabilities.items():
            row[digit] = probability
    return log_softmax(np.log(shares))


def test_the_most_probable_texts_come_in_their_order():
    """The best first, others after it, none twice."""
    texts = probable_texts(columns_of({3: 0.6, 7: 0.39}, {}, {4: 0.99}))
    assert texts[:2] == ["34", "74"]
    assert len({*texts}) == len(texts)


def test_all_looks_decide_together():
    """What the first look finds a little less probable and all others much more is read."""
    first, other = columns_of({3: 0.5, 7: 0.4}), columns_of({3: 0.1, 7: 0.8})
    assert best_text(["3", "7"], [first]) == "3"
    assert best_text(["3", "7"], [first, other, other]) == "7"


def test_what_the_first_look_rules_out_stays_out():
    """However much the others like it, and texts of any lengths are compared."""
    first, other = columns_of({3: 0.9, 7: 1e-5}, {}), columns_of({7: 0.99}, {})
    assert best_text(["3", "", "7"], [first, other, other, other]) != "7"


def test_a_second_look_keeps_the_writing():
    """Nothing of the line is cut off where it is made narrower."""
    strip = np.zeros((32, 70), np.uint8)
    strip[6:26, 8:62] = 255
    seen = narrower(strip)
    assert seen.shape == (32, round(70 * NARROWER))
    assert seen.sum() == pytest.approx(strip.sum() * NARROWER, rel=0.06)


@pytest.mark.parametrize(("sure", "looks"), [(0.0, 1), (2.0, 2)], ids=["sure", "unsure"])
def test_only_an_unsure_line_is_looked_at_again(recogniser, monkeypatch, sure, looks):
    """Its digits are right by either way, and each has its place."""
    seen = []
    monkeypatch.setattr("hwr_core.recognition.recogniser.Recogniser.finds_numbers", False)  # as older versions
    monkeypatch.setattr(second_looks, "SURE", sure)
    monkeypatch.setattr(recogniser, "acceptance", None)  # it takes looks of its own
    columns = recogniser.columns
    monkeypatch.setattr(recogniser, "columns", lambda strip: seen.append(strip) or columns(strip))
    page = read_page(PageImage(number("2718281828"), 1.0), recogniser)
    assert [line.text for line in page.lines] == ["2718281828"]
    assert [digit.digit for digit in page.digits] == [2, 7, 1, 8, 2, 8, 1, 8, 2, 8]
    assert len(seen) == looks
