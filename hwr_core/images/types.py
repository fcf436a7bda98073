"""Types and sizes that all functions on images share."""

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Grey: TypeAlias = NDArray[np.uint8]
"""uint8, height x width."""

SIDE = 28
"""Pixels of a side of the square image that the model reads."""

Box: TypeAlias = tuple[int, int, int, int]
"""Left, top, width and height, in pixels of the input."""


OnProgress: TypeAlias = Callable[[float], object]
"""Called with the share that is done, 0 to 1."""
