"""A version's network for single digits -> an ONNX file, for runtimes that do not read LiteRT, checked before use.

tf2onnx reads the LiteRT file itself, so what is converted is what is served, calibration and all. The networks for
lines, pages and other scripts have 8-bit weights, whose arithmetic ONNX runtimes do not share; they stay LiteRT.
"""

import os
import tempfile
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hwr_core.datasets.handmade import hand_made
from hwr_core.errors import HwrError, NotInstalled
from hwr_core.images.decode import decode
from hwr_core.images.encode import as_png
from hwr_core.images.normalise import normalise
from hwr_core.images.types import SIDE
from hwr_core.recognition.recogniser import Recogniser
from hwr_core.recognition.types import DIGITS
from hwr_core.registry.registry import ModelVersion

NETWORK = "model.tflite"
IMAGE, PROBABILITIES = "image", "probabilities"
"""What the file's input, float32 [1, 28, 28, 1] of 0 to 255, and its output, float32 [1, 11], are called."""

OPSET = 18
"""The version of ONNX's operators: runtimes since 2023 know it."""

NOISE = 40
"""Images of noise that the file is checked with, beside a digit of each kind."""

TOLERANCE = 1e-4
"""How far a probability may be from what LiteRT says."""


class ConversionFailed(HwrError):
    """The ONNX file says something else than the network that it was made of."""


def onnx_of(version: ModelVersion) -> tuple[bytes, float]:
    """Return the content of an ONNX file, and how far its probabilities were from LiteRT's at most, over 50 images.

    Raises:
        NotInstalled: tf2onnx, onnx, onnxruntime or TensorFlow is missing.
        ModelUnavailable: the version's network is missing or damaged.
        ConversionFailed: a probability differs by more than TOLERANCE.
    """
    content = converted_to_onnx(version.read_file(NETWORK))
    difference = _difference(content, version)
    if difference > TOLERANCE:
        raise ConversionFailed(f"The ONNX file differs from the network by {difference:.1e}; {TOLERANCE} is allowed.")
    return content, difference


def converted_to_onnx(network: bytes) -> bytes:
    """Return a LiteRT network of one input and one output as ONNX, unchecked. Raises NotInstalled."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # before TensorFlow is loaded, which logs what it finds
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")  # else it logs that it has them
    convert = _module("tf2onnx.convert")
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / NETWORK
        file.write_bytes(network)
        with warnings.catch_warnings(action="ignore"):  # the converter uses an interpreter that TensorFlow is to drop
            model, _ = convert.from_tflite(str(file), opset=OPSET)
    _rename(model.graph)
    content: bytes = model.SerializeToString()
    return content


def _rename(graph: Any) -> None:
    """Give the input and the output names that say what they are, in place of those that the converter found."""
    names = {graph.input[0].name: IMAGE, graph.output[0].name: PROBABILITIES}
    for value in (*graph.input, *graph.output):
        value.name = names[value.name]
    for node in graph.node:
        for ends in (node.input, node.output):
            ends[:] = [names.get(name, name) for name in ends]


def _difference(content: bytes, version: ModelVersion) -> float:
    """The most that a probability differs from what is served."""
    runtime = _module("onnxruntime")
    session = runtime.InferenceSession(content, providers=["CPUExecutionProvider"])
    recogniser = Recogniser.load(version, cores=1)
    try:
        return max(
            float(np.abs(_said(session, image) - recogniser.shares_of(image).astype(np.float64)).max())
            for image in _images()
        )
    finally:
        recogniser.close()


def _said(session: Any, image: NDArray[np.uint8]) -> NDArray[np.float64]:
    given = image.astype(np.float32).reshape(1, SIDE, SIDE, 1)
    [probabilities] = session.run([PROBABILITIES], {IMAGE: given})
    return np.asarray(probabilities[0], np.float64)


def _images() -> list[NDArray[np.uint8]]:
    noise = np.random.default_rng(0).integers(0, 256, (NOISE, SIDE, SIDE), np.uint8)
    return [*(normalise(decode(as_png(hand_made(digit)))) for digit in DIGITS), *noise]


def _module(name: str) -> Any:
    try:
        return import_module(name)
    except ImportError as error:
        raise NotInstalled("Writing ONNX files needs tf2onnx and TensorFlow", "train,onnx") from error
