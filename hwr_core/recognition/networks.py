"""The networks of a version as they are run: LiteRT interpreters, each for one image, line or page at a time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from queue import LifoQueue
from typing import Generic, TypeVar

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from hwr_core.images.types import SIDE, Grey

Network = TypeVar("Network")


class Pool(Generic[Network]):
    """One network for each core, taken and given back: an interpreter serves one thread at a time."""

    def __init__(self, make: Callable[[], Network], cores: int) -> None:
        self._free: LifoQueue[Network] = LifoQueue()
        for _ in range(cores):
            self._free.put(make())

    @contextmanager
    def one(self) -> Iterator[Network]:
        """Lend a network, when one is free."""
        network = self._free.get()
        try:
            yield network
        finally:
            self._free.put(network)


@dataclass(slots=True)
class DigitNetwork:
    """A LiteRT interpreter for one image at a time: uint8 28x28 in, eleven probabilities out."""

    _interpreter: Interpreter
    _input: int
    _output: int

    def __init__(self, model: bytes) -> None:
        self._interpreter = Interpreter(model_content=model, num_threads=1)
        self._interpreter.allocate_tensors()
        self._input = self._interpreter.get_input_details()[0]["index"]
        self._output = self._interpreter.get_output_details()[0]["index"]

    def run(self, image: Grey) -> NDArray[np.float32]:
        """Return the eleven probabilities of an image."""
        pixels = image.astype(np.float32).reshape(1, SIDE, SIDE, 1)
        self._interpreter.set_tensor(self._input, pixels)
        self._interpreter.invoke()
        shares: NDArray[np.float32] = self._interpreter.get_tensor(self._output)[0]
        return shares


WIDTH_UNIT = 64
"""Strips are made so wide, or a multiple of it, that an interpreter seldom has to be made ready for another width."""


@dataclass(slots=True)
class LineNetwork:
    """A LiteRT interpreter for one line at a time, of any width."""

    _interpreter: Interpreter
    _input: int
    _channels: int
    _width: int

    def __init__(self, model: bytes) -> None:
        self._interpreter = Interpreter(model_content=model, num_threads=1)
        of_input = self._interpreter.get_input_details()[0]
        self._input, self._channels = of_input["index"], int(of_input["shape"][-1])
        self._width = 0

    def run(self, strip: Grey) -> NDArray[np.float32]:
        """Return the logits of each column of a strip, float32 [columns, 11]."""
        height, width, _ = strip.shape
        wide = -(-width // WIDTH_UNIT) * WIDTH_UNIT
        if wide != self._width:
            self._interpreter.resize_tensor_input(self._input, [1, height, wide, self._channels])
            self._interpreter.allocate_tensors()
            self._width = wide
        pixels = np.zeros((1, height, wide, self._channels), np.float32)
        pixels[0, :, :width] = strip[..., : self._channels]
        self._interpreter.set_tensor(self._input, pixels)
        self._interpreter.invoke()
        logits: NDArray[np.float32] = self._interpreter.get_tensor(self._interpreter.get_output_details()[0]["index"])
        return logits[0, : -(-width // 2)]


@dataclass(slots=True)
class PageNetwork:
    """A LiteRT interpreter for one page at a time, of any size."""

    _interpreter: Interpreter
    _shape: tuple[int, ...]

    def __init__(self, model: bytes) -> None:
        self._interpreter = Interpreter(model_content=model, num_threads=1)
        self._shape = ()

    def run(self, page: Grey) -> NDArray[np.float32]:
        """Return the maps of a page, float32 [height / 2, width / 2, 7]."""
        place = self._interpreter.get_input_details()[0]["index"]
        if page.shape != self._shape:
            self._interpreter.resize_tensor_input(place, [1, *page.shape, 1])
            self._interpreter.allocate_tensors()
            self._shape = page.shape
        self._interpreter.set_tensor(place, page.astype(np.float32)[None, ..., None])
        self._interpreter.invoke()
        maps = self._interpreter.get_tensor(self._interpreter.get_output_details()[0]["index"])
        return np.asarray(maps[0], np.float32)
