"""The networks are what they are said to be, and each can be served."""

import numpy as np
import pytest
from ai_edge_litert.interpreter import Interpreter

from hwr_core.recognition.embedding import without_last_layer
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.registry.card import Decision
from hwr_core.training.config import ARCHITECTURES

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")]


@pytest.mark.parametrize("name", ARCHITECTURES)
def test_a_network_is_what_it_is_said_to_be(name):
    """Parameters and the size of its served file are those that are stated, and LiteRT says what Keras says.

    Cut before its last layer, the served file gives the features from which Keras computes the logits.
    """
    from hwr_core.training.architectures import build
    from hwr_core.training.convert import to_litert

    network = build(name)
    served = to_litert(network, 1.0)
    assert network.count_params() == ARCHITECTURES[name].parameters
    assert len(served) / 1e6 == pytest.approx(ARCHITECTURES[name].megabytes, rel=0.02)
    images = np.random.default_rng(0).integers(0, 255, (3, 28, 28), dtype=np.uint8)
    logits = network.predict(images[..., None].astype(np.float32) / 255, verbose=0)
    recogniser = Recogniser(served, Decision(temperature=1.0, not_a_digit_above=1.0, unsure_below=0.0), "v", cores=1)
    found = [prediction.digit for prediction in recogniser.read(list(images))]
    recogniser.close()
    assert found == logits[:, :10].argmax(axis=1).tolist()
    weights, bias = network.layers[-1].get_weights()
    cut = Interpreter(model_content=without_last_layer(served), num_threads=1)
    cut.allocate_tensors()
    cut.set_tensor(cut.get_input_details()[0]["index"], images[:1, ..., None].astype(np.float32))
    cut.invoke()
    features = cut.get_tensor(cut.get_output_details()[0]["index"])
    np.testing.assert_allclose(features @ weights + bias, logits[:1], atol=1e-4)


def test_every_network_that_is_offered_can_be_built():
    """No name is in only one of the two tables."""
    from hwr_core.training.architectures import BUILDERS

    assert BUILDERS.keys() == ARCHITECTURES.keys()


def test_weights_are_mixed_in_shares():
    """A quarter of what was learned, and three of what was there before."""
    import keras

    from hwr_core.training.pipeline import mix

    def network(value: float):
        model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)])
        model.set_weights([np.full(each.shape, value, np.float32) for each in model.get_weights()])
        return model

    learned = network(1.0)
    mix(learned, network(0.0), 0.25)
    assert all(np.allclose(each, 0.25) for each in learned.get_weights())
