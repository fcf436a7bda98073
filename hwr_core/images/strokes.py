"""Pen strokes -> image: draws recorded pen movements the way a person draws on a canvas."""

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.images.types import Grey

Strokes = Sequence[NDArray[np.float32]]
"""One array (points x 2) of x, y for each stroke, y downwards."""

SUBPIXEL_BITS = 4

SHEET = 280
"""Pixels of the shorter side of a sheet, as of a canvas that one writes on."""
PEN = 0.05
"""Width of a pen as a share of that side, where nothing else is said."""

ANTIALIASING = 2.4
"""Pixels by which OpenCV's smooth lines come out wider than their thickness says (measured)."""


def place(strokes: Strokes, *, side: int, fill: float, at: tuple[float, float] = (0.5, 0.5)) -> Strokes:
    """Scale strokes so that their longer side fills a share of a square canvas, and put them somewhere on it.

    Args:
        strokes: in any unit, y downwards.
        side: of the canvas, in pixels.
        fill: the drawing's longer side as a share of the canvas, above 0 to 1.
        at: where in the free room the drawing lies, (0, 0) top left to (1, 1) bottom right.
    """
    points = np.concatenate(strokes)
    low, high = points.min(axis=0), points.max(axis=0)
    extent = high - low
    scale = fill * side / max(float(extent.max()), 1e-6)
    offset = (side - extent * scale) * np.asarray(at, np.float32)
    return [((stroke - low) * scale + offset).astype(np.float32) for stroke in strokes]


def draw(strokes: Strokes, *, side: int, pen: float) -> Grey:
    """Return a white square canvas (uint8) with the strokes in black, round pen of `pen` pixels, edges smooth."""
    return _drawn_on(np.full((side, side), 255, np.uint8), strokes, pen)


def sheet(strokes: Strokes, *, width: float, height: float, pen: float | None = None) -> Grey:
    """Return a white sheet (uint8) with the strokes where they were drawn, in black; what lies beside it is cut off.

    Args:
        strokes: in any unit, from the sheet's upper left corner, y downwards; none for a blank sheet.
        width: of the sheet in that unit, above 0.
        height: likewise; the shorter of both becomes 280 pixels.
        pen: width of the pen in that unit; a twentieth of the shorter side when None.
    """
    scale = SHEET / min(width, height)
    canvas = np.full((round(height * scale), round(width * scale)), 255, np.uint8)
    thickness = PEN * SHEET if pen is None else pen * scale
    return _drawn_on(canvas, [stroke * scale for stroke in strokes], thickness)


def _drawn_on(canvas: Grey, strokes: Strokes, pen: float) -> Grey:
    unit = 1 << SUBPIXEL_BITS
    for stroke in strokes:
        points = np.round(stroke * unit).astype(np.int32).reshape(-1, 1, 2)
        if len(points) == 1:  # a dot: polylines draws nothing for a single point
            points = np.repeat(points, 2, axis=0)
        cv2.polylines(canvas, [points], False, 0, max(1, round(pen - ANTIALIASING)), cv2.LINE_AA, SUBPIXEL_BITS)
    return canvas
