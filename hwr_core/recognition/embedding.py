"""Features of images: the input of the model's last layer, which images are nearest by it, and a map of them.

The served LiteRT file is cut before its last dense layer, so it needs no TensorFlow and no second file.
"""

from collections.abc import Sequence
from hashlib import blake2b
from threading import Lock
from typing import TypeAlias

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from hwr_core.errors import ModelUnavailable
from hwr_core.images.types import Grey, OnProgress
from hwr_core.registry.registry import LITERT, ModelVersion

FILE_IDENTIFIER = b"TFL3"

REMEMBERED = 20_000
"""Features of so many images are kept in memory: 8 MB."""

EACH = 50
"""So many images go through the network together, on so many cores; then progress is reported."""
CORES = 2

Features: TypeAlias = NDArray[np.float32]
"""float32 [n, width], each row of length 1."""


class Embedder:
    """One version's features of images, each image's computed once. Safe to use from many threads."""

    def __init__(self, version: ModelVersion) -> None:
        """Cut the version's network. Raises ModelUnavailable where its file is missing or damaged."""
        self.version = version.name
        try:
            self._network = Interpreter(model_content=without_last_layer(version.read_file(LITERT)), num_threads=CORES)
            self._network.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelUnavailable(f"Model version {version.name} cannot compute features of images.") from error
        self._input: int = self._network.get_input_details()[0]["index"]
        self._output: int = self._network.get_output_details()[0]["index"]
        self._lock = Lock()
        self._known: dict[bytes, NDArray[np.float32]] = {}

    def features(self, images: Sequence[Grey], on_progress: OnProgress = lambda _: None) -> Features:
        """Return the features of each image (uint8 [28, 28], ink bright on black), in the same order."""
        rows: list[NDArray[np.float32]] = []
        for start in range(0, len(images), EACH):
            rows += self._features_of(images[start : start + EACH])
            if len(rows) % EACH == 0:
                on_progress(len(rows) / len(images))
        return np.stack(rows) if rows else np.zeros((0, 0), np.float32)

    def _features_of(self, images: Sequence[Grey]) -> list[NDArray[np.float32]]:
        names = [blake2b(image.tobytes(), digest_size=16).digest() for image in images]
        with self._lock:
            found = {name: self._known[name] for name in names if name in self._known}
            fresh = {name: image for name, image in zip(names, images, strict=True) if name not in found}
            if fresh:
                new = dict(zip(fresh, self._run([*fresh.values()]), strict=True))
                found |= new
                self._known |= new
            while len(self._known) > REMEMBERED:
                del self._known[next(iter(self._known))]  # the one known longest
        return [found[name] for name in names]

    def _run(self, images: Sequence[Grey]) -> Features:
        given = np.stack(images).astype(np.float32)[..., None]
        if self._network.get_input_details()[0]["shape"][0] != len(images):
            self._network.resize_tensor_input(self._input, given.shape)
            self._network.allocate_tensors()
        self._network.set_tensor(self._input, given)
        self._network.invoke()
        rows = self._network.get_tensor(self._output)
        found: Features = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12)
        return found


def nearest(one: NDArray[np.float32], among: Features, most: int) -> list[tuple[int, float]]:
    """Return the places of the most similar rows, and the cosine of each with `one`: 1 for the same, the nearest first.

    All rows have length 1.
    """
    similarity = among @ one if len(among) else np.zeros(0, np.float32)
    places = np.argsort(-similarity, kind="stable")[:most]
    return [(int(place), float(similarity[place])) for place in places]


def in_two_dimensions(features: Features) -> tuple[NDArray[np.float32], float]:
    """Return where rows lie on the plane that shows most of their variance, and the share of it that is shown.

    That is principal component analysis: the same rows always give the same places, float32 [n, 2], centred on 0. The
    share is 0 to 1, and 1 where the rows do not differ.
    """
    places = np.zeros((len(features), 2), np.float32)
    if not features.size:
        return places, 1.0
    centred = features.astype(np.float64) - features.mean(axis=0, dtype=np.float64)
    variances, axes = np.linalg.eigh(centred.T @ centred)
    chosen = axes[:, ::-1][:, :2]
    # An axis may point either way: its largest part is positive, so that a map is never its own mirror image.
    chosen = chosen * np.sign(chosen[np.abs(chosen).argmax(axis=0), range(chosen.shape[1])])
    places[:, : chosen.shape[1]] = centred @ chosen
    whole = float(variances.sum())
    return places, float(variances[::-1][:2].sum()) / whole if whole > NO_VARIANCE else 1.0


NO_VARIANCE = 1e-9
"""What is left by rounding where all rows are the same."""


def without_last_layer(model: bytes) -> bytes:
    """Return a LiteRT model that ends where its last dense layer begins. Raises ValueError where it has none."""
    content = schema.ModelT.InitFromPackedBuf(model, 0)
    [graph] = content.subgraphs
    kinds = [max(code.builtinCode, code.deprecatedBuiltinCode) for code in content.operatorCodes]
    dense = [
        place
        for place, operator in enumerate(graph.operators)
        if kinds[operator.opcodeIndex] == schema.BuiltinOperator.FULLY_CONNECTED
    ]
    if not dense:
        raise ValueError("The model has no dense layer.")
    graph.outputs = [graph.operators[dense[-1]].inputs[0]]
    del graph.operators[dense[-1] :]
    content.signatureDefs = None  # they name the output that is gone
    builder = flatbuffers.Builder(len(model))
    builder.Finish(content.Pack(builder), FILE_IDENTIFIER)
    return bytes(builder.Output())
