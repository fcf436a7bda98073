"""Ten digits by hand, stored as pen strokes: to try things out, and to test where there is no data set."""

import numpy as np
from numpy.typing import NDArray

from hwr_core.errors import InvalidValue
from hwr_core.images.strokes import draw, place
from hwr_core.images.types import Grey
from hwr_core.recognition.types import DIGITS

WAYS = (
    "53,4 31,14 20,48 28,84 50,96 71,82 78,45 68,14 53,4",
    "36,27 47,17 56,4 | 56,4 54,35 52,66 49,97",
    "22,27 32,10 52,4 71,13 73,32 56,60 20,94 | 20,94 48,92 80,95",
    "24,15 45,4 68,13 65,35 40,47 | 40,47 67,54 75,74 58,94 34,96 19,84",
    "38,5 29,32 19,60 | 19,60 47,58 83,55 / 65,30 62,64 57,98",
    "31,6 28,26 26,45 | 26,45 48,37 69,47 75,68 61,89 38,96 19,88 / 31,6 52,7 75,4",
    "66,4 44,20 28,46 23,73 36,93 59,93 72,76 61,59 41,60 25,76",
    "20,10 47,9 77,6 | 77,6 58,36 45,68 38,98",
    "70,19 53,5 33,12 32,30 51,46 70,64 71,85 50,96 30,85 31,66 50,48 66,35 70,19",
    "71,20 53,6 32,13 25,33 38,48 59,42 71,20 | 71,20 69,55 62,97",
)
"""Strokes of 0 to 9, points x,y of 100 x 100 with y down: smooth between them, `|` is a corner, `/` the pen lifted."""

STEPS = 12
"""Points drawn from one point of a stroke to the next."""

SHAKY = 0.03
"""Standard deviation of where a point comes to lie when a digit is written anew, as a share of the digit's size."""


def hand_made_strokes(digit: int, rng: np.random.Generator | None = None) -> list[NDArray[np.float32]]:
    """Return a digit as a person writes it: one array (points x 2) of x, y in 0 to 1 for each stroke, y down.

    Args:
        digit: 0 to 9.
        rng: makes each digit a little different; without it, a digit is always the same.

    Raises:
        InvalidValue: it is no digit.
    """
    if digit not in DIGITS:
        raise InvalidValue(f"The digit is {digit!r}; 0 to 9 is allowed.")
    shake = {point: _shaken(rng) for point in WAYS[digit].replace("|", " ").replace("/", " ").split()}
    return [
        np.concatenate([_smooth(_points(run, shake)) for run in stroke.split(" | ")])
        for stroke in WAYS[digit].split(" / ")
    ]


def hand_made(  # noqa: PLR0913  all but two by name
    digit: int,
    rng: np.random.Generator | None = None,
    *,
    side: int = 280,
    pen: float = 20,
    fill: float = 0.7,
    at: tuple[float, float] = (0.5, 0.5),
) -> Grey:
    """Return a digit drawn black on a white square canvas, uint8 [side, side].

    `digit` and `rng` are those of `hand_made_strokes`, the others those of `hwr_core.images.strokes`.
    """
    return draw(place(hand_made_strokes(digit, rng), side=side, fill=fill, at=at), side=side, pen=pen)


def _shaken(rng: np.random.Generator | None) -> NDArray[np.float32]:
    return np.zeros(2, np.float32) if rng is None else rng.normal(0.0, SHAKY, 2).astype(np.float32)


def _points(run: str, shake: dict[str, NDArray[np.float32]]) -> NDArray[np.float32]:
    """The points of a run; the same point moves the same way wherever it recurs, so that what meets still does."""
    points = [np.array(point.split(","), np.float32) / 100 + shake[point] for point in run.split()]
    return np.asarray(points, np.float32)


def _smooth(points: NDArray[np.float32]) -> NDArray[np.float32]:
    """Lay a Catmull-Rom curve through the points, round where it ends at its start."""
    closed = np.array_equal(points[0], points[-1])
    before, after = (points[-2], points[1]) if closed else (2 * points[0] - points[1], 2 * points[-1] - points[-2])
    p = np.vstack([before, points, after])
    p0, p1, p2, p3 = p[:-3], p[1:-2], p[2:-1], p[3:]
    t = np.arange(STEPS, dtype=np.float32)[:, None, None] / STEPS
    curve = p1 + t / 2 * (p2 - p0 + t * (2 * p0 - 5 * p1 + 4 * p2 - p3 + t * (3 * (p1 - p2) + p3 - p0)))
    return np.vstack([curve.transpose(1, 0, 2).reshape(-1, 2), points[-1:]]).astype(np.float32)
