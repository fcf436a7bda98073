"""The normaliser with a step left out."""

import numpy as np
import pytest

from hwr_core.datasets.corrupt import on_paper, ruled, shadow
from hwr_core.errors import NoInk
from hwr_core.images.ablation import WITHOUT
from hwr_core.images.normalise import normalise
from hwr_core.images.types import SIDE
from tests.handwriting import drawing

BLANK = np.full((100, 100), 255, np.uint8)
SHADED = shadow(drawing(7, fill=0.4, at=(0.9, 0.1)), 1.0, np.random.default_rng(0))
RULED = ruled(on_paper(drawing(7, pen=9)), 1.0, np.random.default_rng(0))


@pytest.mark.parametrize("step", WITHOUT)
def test_every_variant_makes_what_a_model_reads(step):
    """28x28, ink bright on black."""
    seen = WITHOUT[step](drawing(4))

    assert seen.shape == (SIDE, SIDE)
    assert seen.dtype == np.uint8
    assert seen[0].max() < seen.max()


@pytest.mark.parametrize(
    ("step", "image"),
    [
        ("paper of many tones", SHADED),
        ("frames and ruled lines", RULED),
        ("aspect kept", drawing(1)),
        ("centre of mass", drawing(7)),
        ("all of it", SHADED),
    ],
)
def test_leaving_a_step_out_changes_what_it_is_for(step, image):
    """Each is seen on the images that need it; nothing is left out of the whole."""
    whole = normalise(image)

    assert np.array_equal(WITHOUT["as it is"](image), whole)
    assert not np.array_equal(WITHOUT[step](image), whole)


@pytest.mark.parametrize("step", [step for step in WITHOUT if step != "all of it"])
def test_blank_paper_has_no_ink_whatever_is_left_out(step):
    """No variant makes something of nothing."""
    with pytest.raises(NoInk):
        WITHOUT[step](BLANK)
