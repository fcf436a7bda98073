"""Drawings of things, made stroke by stroke with an unsteady hand: what people draw that is no digit.

Each kind is a function from a random generator to strokes, points x, y about 0 to 1, y downwards. A model learns from
`FAMILIES`; `NEVER_LEARNED` are there to find out what it makes of drawings that it has not seen the like of.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from hwr_core.datasets.handmade import hand_made_strokes
from hwr_core.images.strokes import Strokes
from hwr_core.recognition.types import DIGITS

Stroke = NDArray[np.float32]
Draw = Callable[[np.random.Generator], list[Stroke]]

STEP = 0.03
"""How far points of a straight line are apart."""

SHAKY = 0.012
"""Standard deviation of an unsteady hand, as a share of the drawing's size."""

TURN, SHEAR, STRETCH = 0.2, 0.15, 0.25
"""How far a whole drawing is turned (radians), sheared and stretched (logarithm)."""


def drawing(kind: str, rng: np.random.Generator) -> Strokes:
    """Return one drawing of a kind of `ALL_FAMILIES` as somebody would make it."""
    angle = rng.uniform(-TURN, TURN)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    shear = np.array([[1.0, 0.0], [rng.uniform(-SHEAR, SHEAR), 1.0]])
    bend = turn @ shear @ np.diag(np.exp(rng.uniform(-STRETCH, STRETCH, 2)))
    return [np.asarray(_unsteady(stroke, rng) @ bend, np.float32) for stroke in ALL_FAMILIES[kind](rng)]


def any_drawings(kinds: tuple[str, ...], count: int, seed: int) -> Iterator[Strokes]:
    """Yield so many drawings, of these kinds in turn; the same seed draws the same."""
    rng = np.random.default_rng(seed)
    for number in range(count):
        yield drawing(kinds[number % len(kinds)], rng)


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


def _line(*corners: tuple[float, float]) -> Stroke:
    """Straight from corner to corner."""
    points = [np.asarray(corners[:1], np.float64)]
    for start, end in pairwise(corners):
        steps = max(2, round(float(np.hypot(end[0] - start[0], end[1] - start[1])) / STEP))
        points.append(np.linspace(start, end, steps + 1)[1:])
    return np.concatenate(points).astype(np.float32)


def _arc(  # noqa: PLR0913, PLR0917  an ellipse has that many
    x: float, y: float, wide: float, high: float, first: float = 0.0, last: float = 360.0
) -> Stroke:
    """Around a middle, with radii to the side and downwards, clockwise from the right in degrees."""
    angles = np.radians(np.linspace(first, last, max(8, round(abs(last - first) / 8))))
    return np.stack([x + wide * np.cos(angles), y + high * np.sin(angles)], axis=1).astype(np.float32)


def _round(x: float, y: float, size: float, rng: np.random.Generator) -> Stroke:
    """A circle as it is drawn: it begins anywhere, is a little flat, and may not quite close or go on beyond."""
    begin = rng.uniform(0, 360)
    return _arc(x, y, size * rng.uniform(0.85, 1.15), size, begin, begin + 360 + rng.uniform(-25, 30))


def _clock(rng: np.random.Generator) -> list[Stroke]:
    hour, minute = rng.uniform(0, 2 * np.pi, 2)
    hands = [_line((0.5, 0.5), (0.5 + r * np.cos(a), 0.5 + r * np.sin(a))) for a, r in ((hour, 0.22), (minute, 0.36))]
    ticks = [
        _line((0.5 + 0.4 * np.cos(a), 0.5 + 0.4 * np.sin(a)), (0.5 + 0.48 * np.cos(a), 0.5 + 0.48 * np.sin(a)))
        for a in np.linspace(0, 2 * np.pi, int(rng.choice([4, 12])), endpoint=False)
    ]
    return [_round(0.5, 0.5, 0.5, rng), *hands, *(ticks if rng.uniform() < 0.6 else [])]


def _face(rng: np.random.Generator) -> list[Stroke]:
    eyes = [_round(x, 0.38, rng.uniform(0.03, 0.07), rng) for x in (0.33, 0.67)]
    mouth = _arc(0.5, 0.6, 0.22, 0.14, 10, 170) if rng.uniform() < 0.7 else _arc(0.5, 0.8, 0.2, 0.14, 190, 350)
    nose = [_line((0.5, 0.42), (0.45, 0.58), (0.52, 0.58))] if rng.uniform() < 0.5 else []
    return [_round(0.5, 0.5, 0.5, rng), *eyes, mouth, *nose]


def _house(rng: np.random.Generator) -> list[Stroke]:
    roof = rng.uniform(0.2, 0.45)
    walls = _line((0.1, roof), (0.1, 1.0), (0.9, 1.0), (0.9, roof), (0.1, roof))
    door = [_line((0.4, 1.0), (0.4, 0.7), (0.6, 0.7), (0.6, 1.0))] if rng.uniform() < 0.7 else []
    return [walls, _line((0.0, roof), (0.5, 0.0), (1.0, roof)), *door]


def _star(rng: np.random.Generator) -> list[Stroke]:
    points = int(rng.choice([5, 5, 5, 6]))
    angles = np.linspace(-np.pi / 2, 1.5 * np.pi, points, endpoint=False)
    tips = [(0.5 + 0.5 * np.cos(a), 0.5 + 0.5 * np.sin(a)) for a in angles]
    if points == 5 and rng.uniform() < 0.6:
        return [_line(*(tips[place] for place in (0, 2, 4, 1, 3, 0)))]
    inner = [(0.5 + 0.2 * np.cos(a + np.pi / points), 0.5 + 0.2 * np.sin(a + np.pi / points)) for a in angles]
    corners = [corner for pair in zip(tips, inner, strict=True) for corner in pair]
    return [_line(*corners, corners[0])]


def _arrow(rng: np.random.Generator) -> list[Stroke]:
    high = rng.uniform(0.15, 0.3)
    head = _line((1.0 - high, 0.5 - high), (1.0, 0.5), (1.0 - high, 0.5 + high))
    shaft = _line((0.0, 0.5), (1.0, 0.5))
    turned = [np.array([[0, 1], [-1, 0]]), np.array([[0, -1], [1, 0]]), np.eye(2), -np.eye(2)][int(rng.integers(4))]
    return [np.asarray(stroke @ turned, np.float32) for stroke in (shaft, head)]


def _spiral(rng: np.random.Generator) -> list[Stroke]:
    turns = rng.uniform(2.2, 5.0)
    angles = np.linspace(0, 2 * np.pi * turns, int(60 * turns)) * rng.choice([-1, 1]) + rng.uniform(0, 6)
    radius = np.linspace(0.02, 0.5, len(angles))
    return [np.stack([radius * np.cos(angles), radius * np.sin(angles)], axis=1).astype(np.float32)]


def _hatching(rng: np.random.Generator) -> list[Stroke]:
    lines = int(rng.integers(4, 9))
    slope = rng.uniform(-0.5, 0.5)
    found = [_line((x, 0.0), (x + slope, 1.0)) for x in np.linspace(0, 1, lines)]
    if rng.uniform() < 0.5:
        found += [_line((-0.1, y), (1.1, y + slope / 3)) for y in np.linspace(0.1, 0.9, lines)]
    return found


def _scribble(rng: np.random.Generator) -> list[Stroke]:
    count = int(rng.integers(7, 16))
    if rng.uniform() < 0.5:  # to and fro
        x = np.linspace(0, 1, count)
        corners = [
            (float(a), float(rng.uniform(0.0, 0.25) if n % 2 else rng.uniform(0.75, 1.0))) for n, a in enumerate(x)
        ]
        return [_line(*corners)]
    knots = rng.uniform(0, 1, (count, 2))
    return [np.asarray(np.stack([_smooth(knots[:, axis]) for axis in (0, 1)], axis=1), np.float32)]


def _smooth(knots: NDArray[np.float64]) -> NDArray[np.float64]:
    fine = np.interp(np.linspace(0, len(knots) - 1, 16 * len(knots)), np.arange(len(knots)), knots)
    return np.convolve(np.pad(fine, 8, mode="edge"), np.full(17, 1 / 17), mode="valid")


def _crossed_out(rng: np.random.Generator) -> list[Stroke]:
    strokes = hand_made_strokes(int(rng.choice(DIGITS)), rng)
    cross = [_line((0.0, 0.1), (1.0, 0.9)), _line((1.0, 0.1), (0.0, 0.9))]
    bars = [_line((-0.05, y), (1.05, y + rng.uniform(-0.1, 0.1))) for y in (0.35, 0.5, 0.65)]
    return [*strokes, *(cross if rng.uniform() < 0.5 else bars)]


def _tick(rng: np.random.Generator) -> list[Stroke]:
    return [_line((0.0, rng.uniform(0.4, 0.7)), (rng.uniform(0.2, 0.4), 1.0), (1.0, 0.0))]


def _signature(rng: np.random.Generator) -> list[Stroke]:
    loops = int(rng.integers(4, 9))
    along = np.linspace(0, loops, 30 * loops)
    high = np.interp(along, np.arange(loops + 1), rng.uniform(0.05, 0.35, loops + 1))
    x = 0.28 * along + rng.uniform(0.05, 0.16) * np.cos(2 * np.pi * along)
    stroke = np.stack([x / (0.28 * loops), high * np.sin(2 * np.pi * along)], axis=1).astype(np.float32)
    return [stroke, _line((0.0, 0.4), (1.0, 0.35))] if rng.uniform() < 0.4 else [stroke]


def _tree(rng: np.random.Generator) -> list[Stroke]:
    levels = [
        _line((0.5, top), (0.5 - wide, top + 0.3), (0.5 + wide, top + 0.3), (0.5, top))
        for top, wide in ((0.0, 0.22), (0.22, 0.32), (0.45, 0.42))[int(rng.integers(2)) :]
    ]
    return [*levels, _line((0.5, 0.75), (0.5, 1.0))]


def _flower(rng: np.random.Generator) -> list[Stroke]:
    petals = int(rng.integers(4, 8))
    angles = np.linspace(0, 2 * np.pi, petals, endpoint=False)
    around = [_round(0.5 + 0.2 * np.cos(a), 0.3 + 0.2 * np.sin(a), 0.11, rng) for a in angles]
    return [_round(0.5, 0.3, 0.08, rng), *around, _line((0.5, 0.5), (0.5, 1.0))]


def _fish(rng: np.random.Generator) -> list[Stroke]:
    body = np.concatenate(
        [_arc(0.4, 0.5, 0.4, 0.25, 30, 330), _line((0.75, 0.37), (1.0, 0.7), (1.0, 0.3), (0.75, 0.63))]
    )
    return [body, _round(0.18, 0.42, 0.03, rng)]


def _sun(rng: np.random.Generator) -> list[Stroke]:
    rays = np.linspace(0, 2 * np.pi, int(rng.integers(6, 13)), endpoint=False)
    far = rng.uniform(0.42, 0.55)
    return [
        _round(0.5, 0.5, 0.25, rng),
        *(
            _line((0.5 + 0.3 * np.cos(a), 0.5 + 0.3 * np.sin(a)), (0.5 + far * np.cos(a), 0.5 + far * np.sin(a)))
            for a in rays
        ),
    ]


def _cup(rng: np.random.Generator) -> list[Stroke]:
    return [
        _line((0.1, 0.1), (0.2, 0.9), (0.6, 0.9), (0.7, 0.1)),
        _arc(0.4, 0.1, 0.3, rng.uniform(0.03, 0.1)),
        _arc(0.68, 0.45, 0.22, 0.2, -80, 80),
    ]


def _envelope(rng: np.random.Generator) -> list[Stroke]:
    return [
        _line((0, 0.1), (1, 0.1), (1, 0.8), (0, 0.8), (0, 0.1)),
        _line((0, 0.1), (0.5, rng.uniform(0.4, 0.55)), (1, 0.1)),
    ]


def _stick_figure(rng: np.random.Generator) -> list[Stroke]:
    arms = rng.uniform(-0.2, 0.2)
    return [
        _round(0.5, 0.15, 0.14, rng),
        _line((0.5, 0.3), (0.5, 0.65)),
        _line((0.2, 0.45 + arms), (0.5, 0.42), (0.8, 0.45 + arms)),
        _line((0.25, 1.0), (0.5, 0.65), (0.75, 1.0)),
    ]


def _ladder(rng: np.random.Generator) -> list[Stroke]:
    rungs = np.linspace(0.1, 0.9, int(rng.integers(3, 7)))
    return [_line((0.3, 0), (0.25, 1)), _line((0.7, 0), (0.75, 1)), *(_line((0.28, y), (0.72, y)) for y in rungs)]


def _bolt(rng: np.random.Generator) -> list[Stroke]:
    middle = rng.uniform(0.45, 0.6)
    corners = (0.6, 0.0), (0.2, middle), (0.5, middle), (0.35, 1.0), (0.8, 0.4), (0.5, 0.4), (0.6, 0.0)
    return [_line(*corners)]


def _key(rng: np.random.Generator) -> list[Stroke]:
    teeth = [_line((x, 0.5), (x, 0.5 + rng.uniform(0.1, 0.2))) for x in (0.75, 0.85, 0.95)]
    return [_round(0.2, 0.5, 0.2, rng), _line((0.4, 0.5), (1.0, 0.5)), *teeth]


def _note(rng: np.random.Generator) -> list[Stroke]:
    one = [_round(0.2, 0.85, 0.12, rng), _line((0.32, 0.85), (0.32, 0.1))]
    two = [_round(0.75, 0.8, 0.12, rng), _line((0.87, 0.8), (0.87, 0.05)), _line((0.32, 0.1), (0.87, 0.05))]
    return [*one, *(two if rng.uniform() < 0.6 else [_line((0.32, 0.1), (0.6, 0.35))])]


def _grid(rng: np.random.Generator) -> list[Stroke]:
    cells = int(rng.integers(2, 5))
    places = np.linspace(0, 1, cells + 1)
    return [*(_line((x, 0), (x, 1)) for x in places), *(_line((0, y), (1, y)) for y in places)]


def _guitar(rng: np.random.Generator) -> list[Stroke]:
    return [
        _round(0.3, 0.75, 0.25, rng),
        _round(0.5, 0.5, 0.17, rng),
        _round(0.35, 0.68, 0.07, rng),
        _line((0.58, 0.38), (0.95, 0.03)),
        _line((0.88, 0.0), (1.0, 0.12)),
    ]


def _cat(rng: np.random.Generator) -> list[Stroke]:
    ears = [_line((x, 0.35), (x + lean, 0.0), (x + 2 * lean, 0.25)) for x, lean in ((0.15, 0.1), (0.85, -0.1))]
    whiskers = [_line((0.5 + s * 0.1, 0.65), (0.5 + s * 0.55, y)) for s in (-1, 1) for y in (0.58, 0.72)]
    return [_round(0.5, 0.58, 0.4, rng), *ears, *whiskers, *(_round(x, 0.5, 0.04, rng) for x in (0.35, 0.65))]


def _umbrella(rng: np.random.Generator) -> list[Stroke]:
    return [
        _arc(0.5, 0.45, 0.5, 0.42, 180, 360),
        *(_arc(x, 0.45, 0.17, rng.uniform(0.04, 0.1), 180, 360) for x in (0.17, 0.5, 0.83)),
        np.concatenate([_line((0.5, 0.05), (0.5, 0.9)), _arc(0.6, 0.9, 0.1, 0.1, 180, 0)]),
    ]


def _car(rng: np.random.Generator) -> list[Stroke]:
    body = _line(
        (0, 0.75), (0, 0.5), (0.2, 0.5), (0.32, 0.25), (0.7, 0.25), (0.82, 0.5), (1, 0.5), (1, 0.75), (0, 0.75)
    )
    return [body, *(_round(x, 0.78, rng.uniform(0.09, 0.13), rng) for x in (0.25, 0.75))]


def _boat(rng: np.random.Generator) -> list[Stroke]:
    sail = rng.uniform(0.6, 0.9)
    return [
        _line((0, 0.75), (0.2, 1.0), (0.8, 1.0), (1.0, 0.75), (0, 0.75)),
        _line((0.5, 0.75), (0.5, 0.0), (sail, 0.65), (0.5, 0.65)),
    ]


def _glasses(rng: np.random.Generator) -> list[Stroke]:
    size = rng.uniform(0.14, 0.2)
    return [
        _round(0.28, 0.5, size, rng),
        _round(0.72, 0.5, size, rng),
        _arc(0.5, 0.5, 0.1, 0.07, 180, 360),
        _line((0.1, 0.45), (0.0, 0.3)),
        _line((0.9, 0.45), (1.0, 0.3)),
    ]


LEARNED: Mapping[str, Draw] = {
    "clock": _clock,
    "face": _face,
    "house": _house,
    "star": _star,
    "arrow": _arrow,
    "spiral": _spiral,
    "hatching": _hatching,
    "scribble": _scribble,
    "crossed-out digit": _crossed_out,
    "tick": _tick,
    "signature": _signature,
    "tree": _tree,
    "flower": _flower,
    "fish": _fish,
    "sun": _sun,
    "cup": _cup,
    "envelope": _envelope,
    "stick figure": _stick_figure,
    "ladder": _ladder,
    "bolt": _bolt,
    "key": _key,
    "note": _note,
    "grid": _grid,
}

UNSEEN: Mapping[str, Draw] = {
    "guitar": _guitar,
    "cat": _cat,
    "umbrella": _umbrella,
    "car": _car,
    "boat": _boat,
    "glasses": _glasses,
}

ALL_FAMILIES: Mapping[str, Draw] = {**LEARNED, **UNSEEN}
FAMILIES, NEVER_LEARNED = tuple(LEARNED), tuple(UNSEEN)
