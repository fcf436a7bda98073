"""An unsteady pen: lines, arcs and circles as a hand draws them, points x, y about 0 to 1, y downwards."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Stroke = NDArray[np.float32]
Draw = Callable[[np.random.Generator], list[Stroke]]
"""A kind of drawing: from a random generator to its strokes."""

STEP = 0.03
"""How far points of a straight line are apart."""

SHAKY = 0.012
"""Standard deviation of an unsteady hand, as a share of the drawing's size."""

TURN, SHEAR, STRETCH = 0.2, 0.15, 0.25
"""How far a whole drawing is turned (radians), sheared and stretched (logarithm)."""


def by_hand(draw: Draw, rng: np.random.Generator) -> list[Stroke]:
    """Return a drawing as somebody would make it: turned, sheared and stretched a little, by an unsteady hand."""
    angle = rng.uniform(-TURN, TURN)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    shear = np.array([[1.0, 0.0], [rng.uniform(-SHEAR, SHEAR), 1.0]])
    bend = turn @ shear @ np.diag(np.exp(rng.uniform(-STRETCH, STRETCH, 2)))
    return [np.asarray(_unsteady(stroke, rng) @ bend, np.float32) for stroke in draw(rng)]


def _unsteady(stroke: Stroke, rng: np.random.Generator) -> Stroke:
    """Points moved by slow waves, as a hand strays, more or less from one person to another; less on short strokes."""
    length = float(np.linalg.norm(np.diff(stroke, axis=0), axis=1).sum())
    along = np.linspace(0.0, 1.0, len(stroke))
    strays = np.zeros_like(stroke, dtype=np.float64)
    for waves in (1.0, 2.3, 4.1, 7.7):
        strays += rng.normal(0.0, SHAKY / np.sqrt(waves), 2) * np.sin(
            2 * np.pi * (waves * along[:, None] + rng.uniform(0, 1, 2))
        )
    return np.asarray(stroke + rng.uniform(0.4, 2.0) * min(1.0, length) * strays, np.float32)


def line(*corners: tuple[float, float]) -> Stroke:
    """Straight from corner to corner."""
    points = [np.asarray(corners[:1], np.float64)]
    for start, end in pairwise(corners):
        steps = max(2, round(float(np.hypot(end[0] - start[0], end[1] - start[1])) / STEP))
        points.append(np.linspace(start, end, steps + 1)[1:])
    return np.concatenate(points).astype(np.float32)


def arc(  # noqa: PLR0913, PLR0917  an ellipse has that many
    x: float, y: float, wide: float, high: float, first: float = 0.0, last: float = 360.0
) -> Stroke:
    """Around a middle, with radii to the side and downwards, clockwise from the right in degrees."""
    angles = np.radians(np.linspace(first, last, max(8, round(abs(last - first) / 8))))
    return np.stack([x + wide * np.cos(angles), y + high * np.sin(angles)], axis=1).astype(np.float32)


def circle(x: float, y: float, size: float, rng: np.random.Generator) -> Stroke:
    """A circle as it is drawn: it begins anywhere, is a little flat, and may not quite close or go on beyond."""
    begin = rng.uniform(0, 360)
    return arc(x, y, size * rng.uniform(0.85, 1.15), size, begin, begin + 360 + rng.uniform(-25, 30))
