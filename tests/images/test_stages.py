"""The stages that can be looked at are those that `normalise` goes through."""

import numpy as np
import pytest

from hwr_core.errors import InvalidValue
from hwr_core.images.normalise import normalise
from hwr_core.images.stages import stages
from hwr_core.recognition.types import DIGITS
from tests.handwriting import drawing


@pytest.mark.parametrize("digit", DIGITS)
@pytest.mark.parametrize("level", [0.0, 1.0, 2.0])
def test_the_last_stage_is_what_the_model_sees(digit, level):
    """From what was given to the 28x28, whatever the level."""
    image = drawing(digit, side=200, pen=9)
    way = stages(image, level)
    np.testing.assert_array_equal(way[0].image, image)
    np.testing.assert_array_equal(way[-1].image, normalise(image, level))
    assert len({stage.about for stage in way}) == len(way) == 7
    assert {stage.image.dtype for stage in way} == {np.dtype(np.uint8)}


def test_a_blank_image_goes_as_far_as_it_comes():
    """Where there is no ink the way ends at the paper."""
    way = stages(np.full((100, 100), 255, np.uint8))
    assert [stage.about for stage in way] == ["As given", "In working size", "The paper"]


def test_a_level_out_of_range_is_refused():
    """As `normalise` refuses it."""
    with pytest.raises(InvalidValue, match="enhancement_level is 7"):
        stages(drawing(3), 7)
