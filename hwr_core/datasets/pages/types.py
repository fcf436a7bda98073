"""What a made page is: its image, where digit ink is, and its numbers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from hwr_core.images.types import Grey

Corners = NDArray[np.float32]
"""float32 [4, 2], x and y: upper left, upper right, lower right, lower left, as the number is read."""


@dataclass(frozen=True, slots=True)
class MadeNumber:
    """A number on a page: its digits, and the corners of the box around them."""

    text: str
    corners: Corners


@dataclass(frozen=True, slots=True)
class MadePage:
    """A page, uint8 height x width; `ink` is 255 where a digit of a number is written, of the same shape.

    `numbers` are in the order in which they were written: from top to bottom, and from left to right.
    """

    image: Grey
    ink: Grey
    numbers: tuple[MadeNumber, ...]
