"""The networks: for digits, by name, 28x28 -> 11 logits (ten digits, and not a digit), and for lines."""

from collections.abc import Callable
from dataclasses import replace

import keras
from keras import layers

from hwr_core.images.lines.strips import CHANNELS, STRIP_HEIGHT
from hwr_core.images.pages import MAPS
from hwr_core.images.types import SIDE
from hwr_core.recognition.types import CLASSES
from hwr_core.training.config import ARCHITECTURES

FEATURES, HEADS = "features", "heads"
"""Layers of the network that scripts share."""


def build(architecture: str) -> keras.Model:
    """Return a fresh network: input float [n, 28, 28, 1] in 0-1, output float32 logits [n, 11]."""
    image = keras.Input((SIDE, SIDE, 1))
    features = BUILDERS[architecture](image)
    logits = layers.Dense(CLASSES, dtype="float32")(layers.Dropout(0.1)(features))
    return keras.Model(image, logits, name=architecture)


def build_for_scripts(outputs: int) -> keras.Model:
    """Return a fresh network that scripts share: input as `build`'s, to float32 logits of all symbols [n, outputs].

    The layer called FEATURES holds what the heads of the scripts are computed from.
    """
    image = keras.Input((SIDE, SIDE, 1))
    features = layers.Activation("linear", name=FEATURES, dtype="float32")(residual(image))
    logits = layers.Dense(outputs, name=HEADS, dtype="float32")(layers.Dropout(0.1)(features))
    return keras.Model(image, logits, name="scripts")


def add_architecture(name: str, features: Callable[[keras.KerasTensor], keras.KerasTensor], about: str = "") -> None:
    """Let this process train one more network, by name.

    A network that is to stay belongs into BUILDERS and `config.ARCHITECTURES`.

    Args:
        name: its name; a network that has it is replaced.
        features: from an image, float [n, 28, 28, 1] in 0-1, to features [n, width].
        about: a short description.
    """
    BUILDERS[name] = features
    parameters = build(name).count_params()
    shipped = ARCHITECTURES["residual"]
    ARCHITECTURES[name] = replace(shipped, about=about, parameters=parameters, megabytes=4e-6 * parameters)


def build_for_lines() -> keras.Model:
    """Return a fresh network: strips, float [n, 32, width, 2] in 0-1, to float32 logits [n, width / 2, 11].

    Convolutions halve the columns and reduce the rows to one (after Shi et al., 2017, "An end-to-end trainable neural
    network for image-based sequence recognition", without its recurrent layers: a digit is read from some 40 pixels to
    either side). The class "not a digit" is CTC's blank.
    """
    strips = keras.Input((STRIP_HEIGHT, None, CHANNELS))
    x = _convolution(strips, 16)
    x = _convolution(x, 40, stride=2)
    x = _convolution(x, 40)
    x = _convolution(x, 80, stride=(2, 1))
    x = _convolution(x, 80)
    x = _convolution(x, 128, stride=(2, 1))
    x = layers.Conv2D(160, (STRIP_HEIGHT // 8, 1), use_bias=False)(x)
    x = layers.Activation("relu")(_normalised(x))
    for _ in range(2):
        y = layers.Conv2D(160, (1, 5), padding="same", use_bias=False)(x)
        x = layers.Add()([x, layers.Activation("relu")(_normalised(y))])
    columns = layers.Reshape((-1, 160))(x)
    logits = layers.Dense(CLASSES, dtype="float32")(layers.Dropout(0.1)(columns))
    return keras.Model(strips, logits, name="lines")


def build_for_pages() -> keras.Model:
    """Return a fresh network: pages, float [n, height, width, 1] in 0-1, to float32 maps [n, height / 2, width / 2, 7].

    A U-Net (Ronneberger et al., 2015) with residual blocks, whose features are added on the way up. The sides are
    multiples of 32; the maps are logits, and `hwr_core.images.pages` names them.
    """
    pages = keras.Input((None, None, 1))
    x = _convolution(_convolution(pages, 16, stride=2), 16)
    skips = [x]
    for filters, blocks in ((32, 1), (48, 1), (80, 2), (112, 2)):
        x = _convolution(x, filters, stride=2)
        for _ in range(blocks):
            x = _residual_block(x, filters, 1)
        skips.append(x)
    for skip in reversed(skips[:-1]):
        filters = skip.shape[-1]
        up = layers.UpSampling2D(2, interpolation="nearest")(layers.Conv2D(filters, 1, use_bias=False)(x))
        x = _convolution(layers.Add()([_normalised(up), skip]), filters)
    maps = layers.Conv2D(MAPS, 3, padding="same", dtype="float32")(x)
    return keras.Model(pages, maps, name="pages")


def small(image: keras.KerasTensor) -> keras.KerasTensor:
    """Six convolutions: the fastest."""
    x = _convolution(image, 32)
    x = _convolution(x, 32, stride=2)
    x = _convolution(x, 64)
    x = _convolution(x, 64)
    x = _convolution(x, 128, stride=2)
    x = _convolution(x, 128)
    return layers.GlobalAveragePooling2D()(x)


def residual(image: keras.KerasTensor) -> keras.KerasTensor:
    """Residual blocks at 14 and at 7 pixels (He et al., 2016, "Deep residual learning"): the shipped network.

    At 28 pixels there is only one narrow convolution, since most of the time would be spent there.
    """
    x = _convolution(image, 24)
    x = _convolution(x, 48, stride=2)
    for filters, stride in ((48, 1), (96, 2), (96, 1), (96, 1)):
        x = _residual_block(x, filters, stride)
    return layers.GlobalAveragePooling2D()(x)


def transformer(image: keras.KerasTensor) -> keras.KerasTensor:
    """A small vision transformer (Dosovitskiy et al., 2021) on 49 patches made by two convolutions (Xiao, 2021).

    A depthwise convolution encodes where a patch lies (Chu et al., 2023, "Conditional positional encodings").
    """
    width, blocks = 96, 6
    x = _convolution(image, width // 2, stride=2)
    x = layers.Conv2D(width, 3, strides=2, padding="same")(x)
    x = layers.Add()([x, layers.DepthwiseConv2D(3, padding="same")(x)])
    x = layers.Reshape((-1, width))(x)
    for _ in range(blocks):
        x = _attention_block(x, width)
    return layers.GlobalAveragePooling1D()(layers.LayerNormalization(epsilon=1e-5)(x))


def _convolution(x: keras.KerasTensor, filters: int, stride: int | tuple[int, int] = 1) -> keras.KerasTensor:
    x = layers.Conv2D(filters, 3, strides=stride, padding="same", use_bias=False)(x)
    x = _normalised(x)
    return layers.Activation("relu")(x)


def _normalised(x: keras.KerasTensor) -> keras.KerasTensor:
    # With Keras' default of 0.99 the statistics need hundreds of batches, and a small training has no more than that.
    return layers.BatchNormalization(momentum=0.95)(x)


def _residual_block(x: keras.KerasTensor, filters: int, stride: int) -> keras.KerasTensor:
    y = _convolution(x, filters, stride)
    y = layers.Conv2D(filters, 3, padding="same", use_bias=False)(y)
    y = _normalised(y)
    if stride > 1:
        x = _normalised(layers.Conv2D(filters, 1, strides=stride, use_bias=False)(x))
    return layers.Activation("relu")(layers.Add()([x, y]))


def _attention_block(x: keras.KerasTensor, width: int) -> keras.KerasTensor:
    y = layers.LayerNormalization(epsilon=1e-5)(x)
    x = layers.Add()([x, layers.MultiHeadAttention(num_heads=4, key_dim=width // 4)(y, y)])
    y = layers.LayerNormalization(epsilon=1e-5)(x)
    y = layers.Dense(2 * width, activation="gelu")(y)
    return layers.Add()([x, layers.Dense(width)(y)])


BUILDERS: dict[str, Callable[[keras.KerasTensor], keras.KerasTensor]] = {
    "small": small,
    "residual": residual,
    "transformer": transformer,
}
"""From an image [n, 28, 28, 1] to features [n, width]; `config.ARCHITECTURES` says what each costs."""
