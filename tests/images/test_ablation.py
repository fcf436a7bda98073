"""The normaliser with a stage left out."""

import numpy as np
import pytest

from hwr_core.datasets.corrupt import on_paper, ruled, shadow
from hwr_core.errors import NoInk
from hwr_core.images.ablation import WITHOUT
from hwr_core.images.normalise import normalise
from hwr_core.images.types import SIDE
from tests.handwriting import drawing
from tests.images.test_margin import cropped, in_shade

BLANK = np.full((100, 100), 255, np.uint8)
SHADED = shadow(drawing(7, fill=0.4, at=(0.9, 0.1)), 1.0, np.random.default_rng(0))
RULED = ruled(on_paper(drawing(7, pen=9)), 1.0, np.random.default_rng(0))
CROPPED = in_shade(cropped(drawing(4, pen=20)))
ON_A_PANEL = np.pad(255 - drawing(5, side=140, pen=8), 60, constant_values=255)


@pytest.mark.parametrize("without", WITHOUT)
def test_every_variant_makes_what_a_model_reads(without):
    """28x28, ink bright on black."""
    seen = WITHOUT[without](drawing(4))

    assert seen.shape == (SIDE, SIDE)
    assert seen.dtype == np.uint8
    assert seen[0].max() < seen.max()


@pytest.mark.parametrize(
    ("without", "image"),
    [
        ("margin", CROPPED),
        ("surroundings", ON_A_PANEL),
        ("uneven background", SHADED),
        ("ruled lines", RULED),
        ("aspect ratio", drawing(1)),
        ("centre of mass", drawing(7)),
        ("all stages", SHADED),
    ],
)
def test_leaving_a_stage_out_changes_what_it_is_for(without, image):
    """Each is seen on the images that need it; with nothing left out it is `normalise`."""
    whole = normalise(image)

    assert np.array_equal(WITHOUT["nothing"](image), whole)
    assert not np.array_equal(WITHOUT[without](image), whole)


@pytest.mark.parametrize("without", [without for without in WITHOUT if without != "all stages"])
def test_blank_paper_has_no_ink_whatever_is_left_out(without):
    """No variant makes something of nothing."""
    with pytest.raises(NoInk):
        WITHOUT[without](BLANK)
