"""The networks are what they are said to be, and each can be served."""

import numpy as np
import pytest

from hwr_core.model_card import Decision
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.training.config import ARCHITECTURES

pytestmark = pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_network_is_what_it_is_said_to_be(name):
    """Its parameters and the size of its served file are those that are stated, and LiteRT says what Keras says."""
    from hwr_core.training.architectures import build
    from hwr_core.training.convert import to_litert

    network = build(name)
    served = to_litert(network, 1.0)
    assert network.count_params() == ARCHITECTURES[name].parameters
    assert len(served) / 1e6 == pytest.approx(ARCHITECTURES[name].megabytes, rel=0.02)
    pictures = np.random.default_rng(0).integers(0, 255, (3, 28, 28), dtype=np.uint8)
    logits = network.predict(pictures[..., None].astype(np.float32) / 255, verbose=0)
    recogniser = Recogniser(served, Decision(temperature=1.0, not_a_digit_above=1.0, unsure_below=0.0), "v", cores=1)
    found = [reading.digit for reading in recogniser.read(list(pictures))]
    recogniser.close()
    assert found == logits[:, :10].argmax(axis=1).tolist()


def test_every_network_that_is_offered_can_be_built():
    """No name is in one table alone."""
    from hwr_core.training.architectures import BUILDERS

    assert BUILDERS.keys() == ARCHITECTURES.keys()
