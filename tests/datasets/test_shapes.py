"""The bank of shapes: digits as some hands draw them, and rare ones found among recordings."""

import cv2
import numpy as np
import pytest

from hwr_core.datasets.shapes.bank import SHAPES, shape_recordings
from hwr_core.datasets.shapes.found import rare_recordings
from hwr_core.datasets.shapes.pen import drawn
from hwr_core.datasets.shapes.zeros import CHAINS
from hwr_core.datasets.strokes import PLAIN, Recording, draw_recording, is_whole
from hwr_core.images.normalise import normalise
from hwr_core.images.strokes import draw, place
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.types import DIGITS, NOT_A_DIGIT
from hwr_core.registry.registry import Registry
from hwr_core.settings import PROJECT
from tests.handwriting import hand_made_strokes

NAMED = [(digit, name) for digit, shapes in SHAPES.items() for name in shapes]


@pytest.mark.parametrize(("digit", "name"), NAMED)
def test_a_shape_is_a_whole_digit_and_never_twice_the_same(digit, name):
    """About as high as a digit, of its label, repeated by its seed alone."""
    made = [shape_recordings(np.random.default_rng(seed), digit, name) for seed in (1, 1, 2)]
    assert all(each.label == digit and is_whole(each) for each in made)
    assert all(0.7 < np.ptp(np.concatenate(each.strokes)[:, 1]) < 1.6 for each in made)
    first, again, other = (np.concatenate(each.strokes) for each in made)
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_every_digit_has_shapes_and_what_is_no_digit_has_none():
    """Any of them is drawn where no name is given."""
    rng = np.random.default_rng(0)
    assert {shape_recordings(rng, digit).label for digit in DIGITS} == {*DIGITS}
    assert shape_recordings(rng, NOT_A_DIGIT) is None


def test_the_shapes_are_still_digits():
    """The version shipped, which never saw them, reads most shapes; a 9 like a rho is what it has to learn."""
    recogniser = Recogniser.load(Registry(PROJECT / "models").champion())
    rng = np.random.default_rng(3)
    share = {}
    for digit, name in NAMED:
        images = [draw_recording(shape_recordings(rng, digit, name), PLAIN, rng) for _ in range(12)]
        shares = recogniser.shares([normalise(image) for image in images])
        share[digit, name] = float((shares[:, :NOT_A_DIGIT].argmax(axis=1) == digit).mean())
    recogniser.close()
    assert {key for key, right in share.items() if right < 0.6} <= {(9, "like a rho")}


@pytest.mark.parametrize("name", CHAINS)
@pytest.mark.parametrize("count", [2, 3, 5])
def test_a_run_of_zeros_has_a_hole_for_each(name, count):
    """Most draw as many holes as zeros, or more where they overlap: one would not tell how many they are otherwise."""
    rng = np.random.default_rng(5)
    holes = []
    for _ in range(20):
        sheet = draw(place(drawn(CHAINS[name](rng, count), rng), side=600, fill=0.9), side=600, pen=6)
        # The paper around is one component, and so is the ink; what else there is lies in loops.
        holes.append(cv2.connectedComponents((sheet > 128).astype(np.uint8), connectivity=4)[0] - 2)
    assert np.median(holes) >= count - 1


def test_rare_outlines_are_found_but_not_the_ones_that_stand_alone():
    """Twelve crossed ones among hundreds in twenty usual ways are rare; a single scribble is damaged."""
    rng = np.random.default_rng(6)

    def recordings(strokes, count: int) -> list[Recording]:
        return [
            Recording(7, [stroke + rng.normal(0.0, 0.005, stroke.shape).astype(np.float32) for stroke in strokes])
            for _ in range(count)
        ]

    ways = [[stroke * (turn, 1) for stroke in hand_made_strokes(digit)] for digit in DIGITS for turn in (1, -1)]
    usual = [each for way in ways for each in recordings(way, 60)]
    crossed = recordings([np.array([[0, 0], [1, 1]], np.float32), np.array([[0, 1], [1, 0]], np.float32)], 12)
    scribble = recordings([rng.uniform(0, 1, (40, 2)).astype(np.float32)], 1)
    rare = {id(each) for each in rare_recordings([*usual, *crossed, *scribble])}
    assert {id(each) for each in crossed} <= rare
    assert id(scribble[0]) not in rare
    assert len(rare & {id(each) for each in usual}) < 0.2 * len(usual)


def test_few_recordings_hold_no_rare_ones():
    """Too few to say what is common."""
    assert rare_recordings([Recording(3, hand_made_strokes(3))] * 5) == []
