"""Lines of digits for learning: put together from single ones by writers of one part, and as a user's come in."""

import cv2
import numpy as np
import pytest

from hwr_core.datasets.lines.made import MOST_DIGITS, made_lines, random_number
from hwr_core.datasets.lines.writing import put_together
from hwr_core.datasets.samples import Part, part_of
from hwr_core.errors import DatasetMissing, InvalidValue
from hwr_core.images.lines.strips import STRIP_HEIGHT
from hwr_core.recognition.types import DIGITS


def writer_of(part: Part) -> str:
    """Some writer of a part."""
    return next(f"writer {number}" for number in range(99) if part_of(f"writer {number}") is part)


def test_lines_repeat_with_their_seed(stroke_file, tmp_path):
    """Strips of their height with one to twelve digits; another seed makes others."""
    stroke_file([(digit, writer_of(Part.TRAINING)) for digit in DIGITS])

    def lines(seed: int):
        return list(made_lines(tmp_path, Part.TRAINING, count=30, seed=seed, processes=1))

    first, again, other = lines(1), lines(1), lines(2)
    assert len(first) > 20
    assert all(line.strip.shape[0] == STRIP_HEIGHT and 1 <= len(line.text) <= MOST_DIGITS for line in first)
    assert [line.text for line in first] == [line.text for line in again]
    assert all(np.array_equal(one.strip, two.strip) for one, two in zip(first, again, strict=True))
    assert [line.text for line in first] != [line.text for line in other]


def test_only_digits_of_the_part_are_used(stroke_file, tmp_path):
    """What a writer of another part wrote is not on any line."""
    stroke_file([(3, writer_of(Part.TRAINING)), (8, writer_of(Part.TEST))])
    lines = list(made_lines(tmp_path, Part.TRAINING, count=20, seed=1, processes=1))
    assert {digit for line in lines for digit in line.text} == {"3"}


def test_without_digits_no_lines_are_made(tmp_path):
    """It is said which files would do."""
    with pytest.raises(DatasetMissing, match="strokes-unipen"):
        list(made_lines(tmp_path, Part.TRAINING, count=1, seed=1, processes=1))


def test_a_part_without_digits_makes_no_lines(stroke_file, tmp_path):
    """It is said in words that more writers are needed."""
    stroke_file([(3, writer_of(Part.TRAINING))])
    with pytest.raises(InvalidValue, match="more writers"):
        list(made_lines(tmp_path, Part.TEST, count=3, seed=1, processes=1))


def test_many_numbers_end_in_zeros():
    """As amounts do; all have one to twelve digits."""
    numbers = [random_number(np.random.default_rng(seed)) for seed in range(400)]
    assert {len(number) for number in numbers} == {*range(1, MOST_DIGITS + 1)}
    assert np.mean([number.endswith("00") for number in numbers]) > 0.1


def test_glyphs_stand_beside_each_other():
    """From left to right on one line, some of them touching, others with marks between."""
    bar = np.full((60, 12), 255, np.uint8)
    pieces = []
    for seed in range(40):
        sheet = put_together([bar] * 4, 6.0, np.random.default_rng(seed))
        pieces.append(cv2.connectedComponents(sheet)[0] - 1)
    assert min(pieces) < 4 <= max(pieces)
