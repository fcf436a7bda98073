"""The stages that can be looked at are those that `normalise` runs."""

import numpy as np
import pytest

from hwr_core.errors import InvalidValue
from hwr_core.images.normalise import STAGES, Work, normalise, stages
from hwr_core.recognition.types import DIGITS
from tests.handwriting import drawing

LEVELS = [0.0, 1.0, 2.0]


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("level", LEVELS)
def test_the_last_stage_is_what_the_model_sees(digit, level):
    """From the input to the 28x28, whatever the level, each image under its own title."""
    image = drawing(digit, side=200, pen=9)
    found = stages(image, level)
    np.testing.assert_array_equal(found[0].image, image)
    np.testing.assert_array_equal(found[-1].image, normalise(image, level))
    assert [stage.title for stage in found] == ["Input", *(stage.title for stage in STAGES)]
    assert len({stage.title for stage in found}) == len(found)
    assert {stage.image.dtype for stage in found} == {np.dtype(np.uint8)}


@pytest.mark.parametrize("level", LEVELS)
def test_a_stage_is_a_pure_function(level):
    """It leaves the image that it is given as it was, and makes the same of it again."""
    image = drawing(8, side=200, pen=9)
    work = Work(image, level, source=image)
    for stage in STAGES:
        before = work.image.copy()
        after = stage.run(work)
        np.testing.assert_array_equal(work.image, before)
        np.testing.assert_array_equal(stage.run(work).image, after.image)
        work = after


def test_a_stage_can_be_left_out():
    """Without the last one there is the digit in its box, not yet on the 28x28."""
    boxed = normalise(drawing(3), through=STAGES[:-1])
    assert max(boxed.shape) == 20


def test_a_blank_image_goes_as_far_as_it_comes():
    """Where there is no ink the background is the last image."""
    found = stages(np.full((100, 100), 255, np.uint8))
    assert [stage.title for stage in found] == [
        "Input",
        "Resized",
        "With a margin",
        "Without surroundings",
        "Smoothed",
        "Background",
    ]


def test_a_level_out_of_range_is_refused():
    """As `normalise` refuses it."""
    with pytest.raises(InvalidValue, match="enhancement_level is 7"):
        stages(drawing(3), 7)
