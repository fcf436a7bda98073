"""The way of a pen: points that it passes and corners where it turns -> strokes, as one hand or another draws them."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hwr_core.images.strokes import Strokes

Points = NDArray[np.float64]
"""n x 2: x to the right, y downwards; a digit is about 1 high, its top at 0."""

STEPS = 8
"""Points drawn from one passed point to the next."""

SHAKE, WIDENED, LEAN, BENT = 0.02, 0.25, 0.2, 0.12
"""Standard deviations: of a passed point, in heights of the digit; of the logarithm of the width; of the shear; of how
far the middle of the digit is pushed aside, up and down, against its ends."""


@dataclass(frozen=True, slots=True)
class Way:
    """One stroke before it is drawn: the points it passes, smoothly but at its corners."""

    points: Points
    corners: tuple[int, ...] = ()


def way(*points: tuple[float, float], corners: Sequence[int] = ()) -> Way:
    """Return the way through some points; `corners` are the numbers of those at which the pen turns sharply."""
    return Way(np.array(points, np.float64), tuple(corners))


def joined(*pieces: Points | Sequence[tuple[float, float]], corners: Sequence[int] = ()) -> Way:
    """Return the way through the points of several pieces, one after the other."""
    return Way(np.concatenate([np.asarray(piece, np.float64).reshape(-1, 2) for piece in pieces]), tuple(corners))


def arc(centre: tuple[float, float], radii: tuple[float, float], start: float, end: float) -> Points:
    """Return points of an ellipse, about one each 40 degrees, from angle to angle.

    Angles are in degrees, 0 to the right and 90 at the bottom; so they fall where the pen runs as one writes an o.
    """
    angles = np.radians(np.linspace(start, end, max(3, round(abs(end - start) / 40) + 1)))
    return np.stack([centre[0] + radii[0] * np.cos(angles), centre[1] + radii[1] * np.sin(angles)], axis=1)


def drawn(ways: Sequence[Way], rng: np.random.Generator) -> Strokes:
    """Return the strokes of some ways as one hand draws them: shaken, wider or narrower, leaning, bent."""
    shake = SHAKE * rng.uniform(0.4, 1.6)
    lean = rng.normal(0.0, LEAN)
    shape = np.array([[np.exp(rng.normal(0.0, WIDENED)), 0.0], [-lean, 1.0]])
    aside, down = rng.normal(0.0, BENT, 2)
    strokes = []
    for each in ways:
        shaken = each.points + rng.normal(0.0, shake, each.points.shape)
        points = smooth(Way(shaken, each.corners))
        x, y = points[:, 0], points[:, 1]
        bent = np.stack([x + 2 * aside * y * (1 - y), y + down * y * (1 - y)], axis=1)
        strokes.append((bent @ shape).astype(np.float32))
    return strokes


def smooth(of: Way) -> Points:
    """Return the points of a curve through a way's points (Catmull and Rom, 1974), broken at its corners."""
    ends = [0, *of.corners, len(of.points) - 1]
    pieces = [_through(of.points[first : last + 1]) for first, last in pairwise(ends)]
    return np.concatenate([*pieces, of.points[-1:]])


def _through(points: Points) -> Points:
    """A smooth curve through points, without the last of them."""
    before, after = np.roll(points, 1, axis=0), np.roll(points, -1, axis=0)
    before[0], after[-1] = points[0], points[-1]
    slopes = (after - before) / 2
    t = np.linspace(0.0, 1.0, STEPS, endpoint=False)[None, :, None]
    one, other = points[:-1, None], points[1:, None]
    out, into = slopes[:-1, None], slopes[1:, None]
    curve = (
        (2 * t**3 - 3 * t**2 + 1) * one
        + (t**3 - 2 * t**2 + t) * out
        + (3 * t**2 - 2 * t**3) * other
        + (t**3 - t**2) * into
    )
    return np.asarray(curve.reshape(-1, 2))
