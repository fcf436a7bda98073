"""A page of digits as the line reader takes it: its foreground, in parts, on lines."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from hwr_core.images.binarise import Foreground
from hwr_core.images.foreground import cut_out
from hwr_core.images.geometry import centre, fit_to_box
from hwr_core.images.types import Box, Grey


@dataclass(frozen=True, slots=True)
class Part:
    """A connected component, or the piece of one that belongs to a digit: its pixels, and its box on the image."""

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    box: Box = field(init=False)
    """Left, top, width and height in pixels."""

    def __post_init__(self) -> None:
        """Find the box once; it is asked for often."""
        top, left = int(self.rows.min()), int(self.columns.min())
        box = left, top, int(self.columns.max()) - left + 1, int(self.rows.max()) - top + 1
        object.__setattr__(self, "box", box)


@dataclass(frozen=True, slots=True)
class Line:
    """Parts from left to right; `height` is that of its digits, in pixels."""

    parts: tuple[Part, ...]
    height: float


@dataclass(frozen=True, slots=True)
class Page:
    """The foreground of an image and its lines; `scale` is the factor from its pixels to those of the input.

    `warnings` are sentences for people about what was not looked at.
    """

    foreground: Foreground
    lines: tuple[Line, ...]
    scale: float
    warnings: tuple[str, ...] = ()

    def cut_out(self, parts: Sequence[Part]) -> Grey:
        """Return these parts alone, uint8, cropped to them: background 0, full strength 255."""
        left, top, width, height = joint_box(parts)
        mask = np.zeros((height, width), np.uint8)
        for part in parts:
            mask[part.rows - top, part.columns - left] = 255
        strength = np.ascontiguousarray(self.foreground.strength[top : top + height, left : left + width])
        return cut_out(replace(self.foreground, strength=strength), mask)

    def normalised(self, parts: Sequence[Part]) -> Grey:
        """Return these parts together as the model reads a digit, uint8 [28, 28]."""
        return centre(fit_to_box(self.cut_out(parts)))

    def box(self, parts: Sequence[Part]) -> Box:
        """Return the box of these parts on the input: left, top, width, height."""
        return scaled(joint_box(parts), self.scale)


def joint_box(parts: Sequence[Part]) -> Box:
    """Return the box that holds all these parts."""
    boxes = np.array([part.box for part in parts])
    left, top = boxes[:, :2].min(axis=0)
    right, bottom = (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
    return int(left), int(top), int(right - left), int(bottom - top)


def scaled(box: Box, scale: float) -> Box:
    """Return a box in the pixels of an image that is `scale` times as large."""
    left, top, width, height = (round(side * scale) for side in box)
    return left, top, max(1, width), max(1, height)
