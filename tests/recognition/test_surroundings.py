"""A digit is read whatever lies around it, and so is a 1 from edge to edge."""

import numpy as np
import pytest

from hwr_core.images.normalise import normalise_or_none
from hwr_core.recognition.types import DIGITS
from tests.handwriting import drawing
from tests.images.photographed import SIDE, SURROUNDINGS, one, photographed

EACH = 3


def read(image, recogniser):
    """The digit that is read, None where there is none."""
    seen = normalise_or_none(image)
    return None if seen is None else recogniser.read([seen])[0].digit


@pytest.mark.parametrize("surround", SURROUNDINGS)
def test_what_surrounds_a_digit_hardly_matters(surround, recogniser):
    """Objects at any edge, dark corners, panels, ruled and squared paper: at least 29 of 30 digits are right."""
    wrong = []
    for digit in DIGITS:
        for seed in range(EACH):
            rng = np.random.default_rng([digit, seed])
            image = drawing(digit, rng, side=SIDE, pen=SIDE * rng.uniform(0.025, 0.05), fill=rng.uniform(0.4, 0.65))
            if read(photographed(image, rng, surround), recogniser) != digit:
                wrong.append((digit, seed))
    assert len(wrong) <= 1, wrong


@pytest.mark.parametrize("lines", [False, True], ids=["plain paper", "ruled paper"])
def test_a_one_from_edge_to_edge_is_no_ruled_line(lines, recogniser):
    """Upright or slanting, of any pen."""
    read_as = [read(one(np.random.default_rng(seed), lines=lines), recogniser) for seed in range(30)]
    assert read_as == [1] * 30


def test_an_upright_line_beside_the_middle_is_no_one(recogniser):
    """The margin of a sheet of paper."""
    image = np.full((SIDE, SIDE), 230, np.uint8)
    image[:, 40:46] = 60
    assert read(image, recogniser) is None


def test_squared_paper_alone_is_no_one(recogniser):
    """With a line in the middle, and of the strength of those that cross it."""
    image = np.full((SIDE, SIDE), 230, np.uint8)
    image[:, 158:162] = 120
    image[80:84] = image[240:244] = 120
    assert read(image, recogniser) is None
