"""What mattered: the ink that makes a digit what it is, and the gaps that keep it from being another."""

import numpy as np
import pytest

from hwr_core.images.normalise import normalise
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.saliency import saliency
from hwr_core.recognition.types import DIGITS
from hwr_core.registry.registry import Registry
from hwr_core.settings import PROJECT
from tests.handwriting import drawing


@pytest.fixture(scope="module")
def recogniser():
    """The shipped version."""
    recogniser = Recogniser.load(Registry(PROJECT / "models").champion())
    yield recogniser
    recogniser.close()


def test_ink_speaks_for_and_gaps_against(recogniser):
    """On ink the map is not below zero, beside it not above; something matters."""
    seen = normalise(drawing(5))
    found = saliency(seen, recogniser)
    assert (found.shape, found.dtype) == ((28, 28), np.float32)
    assert (found[seen > 140] >= 0).all()
    assert (found[seen < 100] <= 0).all()
    assert 0.05 < np.abs(found).max() <= 1.0


def test_wiping_out_what_mattered_costs_more_than_what_did_not(recogniser):
    """Without their most telling ink digits lose more probability than without their least telling."""
    most, least = [], []
    for digit in DIGITS:
        seen = normalise(drawing(digit))
        found = saliency(seen, recogniser, digit=digit)
        ink = np.argwhere(seen > 140)
        order = np.argsort([found[y, x] for y, x in ink])
        for places, left in ((ink[order[-len(ink) // 4 :]], most), (ink[order[: len(ink) // 4]], least)):
            changed = seen.copy()
            changed[places[:, 0], places[:, 1]] = 0
            left.append(recogniser.read([changed])[0].probabilities[digit])
    assert np.mean(most) < np.mean(least)


def test_another_digit_can_be_asked_for(recogniser):
    """What speaks for a 1 in a 7 is not what speaks for the 7."""
    seen = normalise(drawing(7))
    assert (saliency(seen, recogniser, digit=1) != saliency(seen, recogniser)).any()
