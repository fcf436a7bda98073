"""Trained networks -> the LiteRT files that are served: pixels 0-255 in, calibrated probabilities out."""

import contextlib
import io
import logging
import tempfile
from pathlib import Path

import keras
import tensorflow as tf
from keras import layers

from hwr_core.images.lines.strips import STRIP_HEIGHT
from hwr_core.images.types import SIDE


def to_litert(network: keras.Model, temperature: float) -> bytes:
    """Return a LiteRT model of one image: float32 [1, 28, 28, 1], 0-255, in; calibrated probabilities [1, 11] out."""
    image = keras.Input((SIDE, SIDE, 1), batch_size=1)
    logits = network(layers.Rescaling(1 / 255)(image), training=False)
    return _converted(keras.Model(image, layers.Softmax()(layers.Rescaling(1 / temperature)(logits))))


def lines_to_litert(network: keras.Model, temperature: float) -> bytes:
    """Return a LiteRT model of one line: float32 [1, 32, width, 2], 0-255, in; logits [1, width / 2, 11] out.

    Its weights, and pixels on their way, are 8-bit integers (dynamic-range quantisation): four to five times as fast on
    a processor with instructions for them (AVX-512 VNNI), a quarter of the size, and as often right.
    """
    strip = keras.Input((STRIP_HEIGHT, None, network.input_shape[-1]), batch_size=1)
    logits = network(layers.Rescaling(1 / 255)(strip), training=False)
    return _converted(keras.Model(strip, layers.Rescaling(1 / temperature)(logits)), quantised=True)


def features_to_litert(network: keras.Model) -> bytes:
    """Return a LiteRT model of one image: float32 [1, 28, 28, 1], 0-255, in; features [1, width] out.

    Its weights are 8-bit integers: what it finds changes little, and the heads are fitted to what is served.
    """
    image = keras.Input((SIDE, SIDE, 1), batch_size=1)
    return _converted(keras.Model(image, network(layers.Rescaling(1 / 255)(image), training=False)), quantised=True)


def pages_to_litert(network: keras.Model) -> bytes:
    """Return a LiteRT model of one page: float32 [1, height, width, 1], 0-255, in; its maps as logits out.

    Both sides are multiples of 32; it is quantised as the model of lines is.
    """
    page = keras.Input((None, None, 1), batch_size=1)
    return _converted(keras.Model(page, network(layers.Rescaling(1 / 255)(page), training=False)), quantised=True)


def _converted(served: keras.Model, *, quantised: bool = False) -> bytes:
    converter = tf.lite.TFLiteConverter.from_keras_model(served)
    if quantised:  # dynamic range: weights now, what comes between the layers as it comes
        converter.optimizations = [tf.lite.Optimize.DEFAULT]
    logging.getLogger("tensorflow").setLevel(logging.WARNING)  # it would log the temporary files it writes
    with contextlib.redirect_stdout(io.StringIO()):  # it prints all variables, which would flood a job's log
        converted: bytes = converter.convert()
    return converted


def keras_file(network: keras.Model) -> bytes:
    """Return a network as the content of a Keras file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        network.save(path)
        return path.read_bytes()


def half_precision_file(network: keras.Model) -> bytes:
    """Return a network that is served with 8-bit weights as a Keras file of half the size, its weights 16 bits.

    It is there to train on from; the digits' network, whose served weights have 32 bits, keeps them in `keras_file`.
    """

    def halved(layer: keras.Layer) -> keras.Layer:
        return type(layer).from_config({**layer.get_config(), "dtype": "float16"})

    half = keras.models.clone_model(network, clone_function=halved)
    half.set_weights(network.get_weights())
    return keras_file(half)


def read_keras_file(content: bytes) -> keras.Model:
    """Return the network of a Keras file, which is not compiled."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "model.keras"
        path.write_bytes(content)
        return keras.models.load_model(path, compile=False)
