"""What people of other schools add to a digit: the slash of a zero, the bar of a seven, the foot and flag of a one."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from hwr_core.images.strokes import Strokes

Line = NDArray[np.float32]
"""Points (n x 2) in shares of the digit's box: x to the right, y downwards, 0 to 1."""


def with_habit(label: int, strokes: Strokes, rng: np.random.Generator) -> Strokes:
    """Return the strokes, now and then with one more, as some writers of this digit make it.

    Args:
        label: 0-9, or the label of what is no digit, which has no habits.
        strokes: in any unit, y downwards.
        rng: decides whether, and how the added stroke runs.
    """
    if label not in HABITS:
        return strokes
    chance, added = HABITS[label]
    if rng.uniform() >= chance:
        return strokes
    points = np.concatenate(strokes)
    low, extent = points.min(axis=0), np.ptp(points, axis=0)
    # A bare 1 is a line without width: what is added to it is measured by its height.
    extent = np.maximum(extent, 0.35 * extent.max())
    middle = (low + points.max(axis=0)) / 2
    line = added(rng)
    return [*strokes, (middle + (line - 0.5) * extent).astype(np.float32)]


def _slash(rng: np.random.Generator) -> Line:
    reach = rng.uniform(-0.1, 0.25)
    ends = np.array([[1.0 - reach, reach], [reach, 1.0 - reach]])
    return (ends + rng.normal(0.0, 0.04, (2, 2))).astype(np.float32)


def _bar(rng: np.random.Generator) -> Line:
    height, left, right = rng.uniform(0.35, 0.65), rng.uniform(0.05, 0.35), rng.uniform(0.75, 1.05)
    return np.array([[left, height + rng.uniform(-0.08, 0.08)], [right, height]], np.float32)


def _foot_or_flag(rng: np.random.Generator) -> Line:
    if rng.uniform() < 0.5:
        left, right = rng.uniform(-0.3, 0.2), rng.uniform(0.8, 1.3)
        return np.array([[left, 1.0], [right, 1.0 + rng.uniform(-0.05, 0.05)]], np.float32)
    return np.array([[rng.uniform(-0.6, 0.1), rng.uniform(0.15, 0.5)], [0.5, 0.0]], np.float32)


HABITS: Mapping[int, tuple[float, Callable[[np.random.Generator], Line]]] = {
    0: (0.10, _slash),
    1: (0.12, _foot_or_flag),
    7: (0.12, _bar),
}
"""How often a digit is drawn with its habit, and the stroke that it adds."""
