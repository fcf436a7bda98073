"""A page of digits as the line reader takes it: its foreground, in parts, on lines."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TypeAlias

import cv2
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


def parts_of(mask: Grey, most: int) -> tuple[list[Part], int]:
    """Return the largest components of a mask, in the order in which they are met from the top, and how many it has.

    Args:
        mask: uint8 [height, width], 0 where nothing is.
        most: how many to return at most.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStatsWithAlgorithm(mask, 8, cv2.CV_32S, cv2.CCL_GRANA)
    largest = np.argsort(-stats[1:count, cv2.CC_STAT_AREA], kind="stable")[:most] + 1
    rows, columns = np.nonzero(mask)
    numbers = np.asarray(labels)[rows, columns]
    order = np.argsort(numbers, kind="stable")
    ends = np.cumsum(stats[:count, cv2.CC_STAT_AREA].astype(np.intp) * (np.arange(count) > 0))
    pixels = [order[ends[number - 1] : ends[number]] for number in sorted(largest)]
    return [Part(rows[of_part], columns[of_part]) for of_part in pixels], count - 1


Affine: TypeAlias = NDArray[np.float64]
"""From x and y of one image to those of another, float64 [2, 3]."""


@dataclass(frozen=True, slots=True)
class Page:
    """The foreground of an image and its lines; `to_input` leads from its pixels to those of the input.

    `warnings` are sentences for people about what was not looked at. `seen` is all that stands out of the paper, ink or
    not, of the foreground's shape and scale; None where nothing but the foreground is known.
    """

    foreground: Foreground
    lines: tuple[Line, ...]
    to_input: Affine
    warnings: tuple[str, ...] = ()
    seen: Grey | None = None

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
        return placed(joint_box(parts), self.to_input)


def joint_box(parts: Sequence[Part]) -> Box:
    """Return the box that holds all these parts."""
    boxes = np.array([part.box for part in parts])
    left, top = boxes[:, :2].min(axis=0)
    right, bottom = (boxes[:, :2] + boxes[:, 2:]).max(axis=0)
    return int(left), int(top), int(right - left), int(bottom - top)


def scaling(factor: float) -> Affine:
    """Return the matrix to an image that is `factor` times as large."""
    return np.array([[factor, 0.0, 0.0], [0.0, factor, 0.0]])


def inverse(matrix: Affine) -> Affine:
    """Return the matrix that leads back."""
    turn = np.linalg.inv(matrix[:, :2])
    return np.column_stack([turn, -turn @ matrix[:, 2]])


def chained(first: Affine, second: Affine) -> Affine:
    """Return the matrix that does one after the other."""
    return np.column_stack([second[:, :2] @ first[:, :2], second[:, :2] @ first[:, 2] + second[:, 2]])


def placed(box: Box, matrix: Affine) -> Box:
    """Return the upright box around a box that a matrix moves, at least a pixel wide and high."""
    left, top, width, height = box
    corners = np.array([(left, top), (left + width, top), (left, top + height), (left + width, top + height)])
    moved = corners @ matrix[:, :2].T + matrix[:, 2]
    x, y = moved.min(axis=0)
    wide, high = np.ptp(moved, axis=0)
    return round(float(x)), round(float(y)), max(1, round(float(wide))), max(1, round(float(high)))
