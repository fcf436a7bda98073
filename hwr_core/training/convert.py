"""Trained network -> what is served: pixels 0-255 in, eleven probabilities out, as one LiteRT file."""

import contextlib
import io

import keras
import tensorflow as tf
from keras import layers

from hwr_core.images.normalise import SIDE


def to_litert(network: keras.Model, temperature: float) -> bytes:
    """Return a LiteRT model of one picture: float32 [1, 28, 28, 1], 0-255, in; calibrated probabilities [1, 11] out."""
    picture = keras.Input((SIDE, SIDE, 1), batch_size=1)
    logits = network(layers.Rescaling(1 / 255)(picture), training=False)
    served = keras.Model(picture, layers.Softmax()(layers.Rescaling(1 / temperature)(logits)))
    converter = tf.lite.TFLiteConverter.from_keras_model(served)
    with contextlib.redirect_stdout(io.StringIO()):  # it lists all variables, which would bury a job's log
        converted: bytes = converter.convert()
    return converted
