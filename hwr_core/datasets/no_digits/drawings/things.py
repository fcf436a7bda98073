"""Drawings of things and signs that a model learns from as what is no digit."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from hwr_core.datasets.handmade import hand_made_strokes
from hwr_core.datasets.no_digits.drawings.pen import Draw, Stroke, arc, circle, line
from hwr_core.recognition.types import DIGITS


def _clock(rng: np.random.Generator) -> list[Stroke]:
    hour, minute = rng.uniform(0, 2 * np.pi, 2)
    hands = [line((0.5, 0.5), (0.5 + r * np.cos(a), 0.5 + r * np.sin(a))) for a, r in ((hour, 0.22), (minute, 0.36))]
    ticks = [
        line((0.5 + 0.4 * np.cos(a), 0.5 + 0.4 * np.sin(a)), (0.5 + 0.48 * np.cos(a), 0.5 + 0.48 * np.sin(a)))
        for a in np.linspace(0, 2 * np.pi, int(rng.choice([4, 12])), endpoint=False)
    ]
    return [circle(0.5, 0.5, 0.5, rng), *hands, *(ticks if rng.uniform() < 0.6 else [])]


def _face(rng: np.random.Generator) -> list[Stroke]:
    eyes = [circle(x, 0.38, rng.uniform(0.03, 0.07), rng) for x in (0.33, 0.67)]
    mouth = arc(0.5, 0.6, 0.22, 0.14, 10, 170) if rng.uniform() < 0.7 else arc(0.5, 0.8, 0.2, 0.14, 190, 350)
    nose = [line((0.5, 0.42), (0.45, 0.58), (0.52, 0.58))] if rng.uniform() < 0.5 else []
    return [circle(0.5, 0.5, 0.5, rng), *eyes, mouth, *nose]


def _house(rng: np.random.Generator) -> list[Stroke]:
    roof = rng.uniform(0.2, 0.45)
    walls = line((0.1, roof), (0.1, 1.0), (0.9, 1.0), (0.9, roof), (0.1, roof))
    door = [line((0.4, 1.0), (0.4, 0.7), (0.6, 0.7), (0.6, 1.0))] if rng.uniform() < 0.7 else []
    return [walls, line((0.0, roof), (0.5, 0.0), (1.0, roof)), *door]


def _star(rng: np.random.Generator) -> list[Stroke]:
    points = int(rng.choice([5, 5, 5, 6]))
    angles = np.linspace(-np.pi / 2, 1.5 * np.pi, points, endpoint=False)
    tips = [(0.5 + 0.5 * np.cos(a), 0.5 + 0.5 * np.sin(a)) for a in angles]
    if points == 5 and rng.uniform() < 0.6:
        return [line(*(tips[place] for place in (0, 2, 4, 1, 3, 0)))]
    inner = [(0.5 + 0.2 * np.cos(a + np.pi / points), 0.5 + 0.2 * np.sin(a + np.pi / points)) for a in angles]
    corners = [corner for pair in zip(tips, inner, strict=True) for corner in pair]
    return [line(*corners, corners[0])]


def _arrow(rng: np.random.Generator) -> list[Stroke]:
    high = rng.uniform(0.15, 0.3)
    head = line((1.0 - high, 0.5 - high), (1.0, 0.5), (1.0 - high, 0.5 + high))
    shaft = line((0.0, 0.5), (1.0, 0.5))
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
    found = [line((x, 0.0), (x + slope, 1.0)) for x in np.linspace(0, 1, lines)]
    if rng.uniform() < 0.5:
        found += [line((-0.1, y), (1.1, y + slope / 3)) for y in np.linspace(0.1, 0.9, lines)]
    return found


def _scribble(rng: np.random.Generator) -> list[Stroke]:
    count = int(rng.integers(7, 16))
    if rng.uniform() < 0.5:  # to and fro
        x = np.linspace(0, 1, count)
        corners = [
            (float(a), float(rng.uniform(0.0, 0.25) if n % 2 else rng.uniform(0.75, 1.0))) for n, a in enumerate(x)
        ]
        return [line(*corners)]
    knots = rng.uniform(0, 1, (count, 2))
    return [np.asarray(np.stack([_smooth(knots[:, axis]) for axis in (0, 1)], axis=1), np.float32)]


def _smooth(knots: NDArray[np.float64]) -> NDArray[np.float64]:
    fine = np.interp(np.linspace(0, len(knots) - 1, 16 * len(knots)), np.arange(len(knots)), knots)
    return np.convolve(np.pad(fine, 8, mode="edge"), np.full(17, 1 / 17), mode="valid")


def _crossed_out(rng: np.random.Generator) -> list[Stroke]:
    strokes = hand_made_strokes(int(rng.choice(DIGITS)), rng)
    cross = [line((0.0, 0.1), (1.0, 0.9)), line((1.0, 0.1), (0.0, 0.9))]
    bars = [line((-0.05, y), (1.05, y + rng.uniform(-0.1, 0.1))) for y in (0.35, 0.5, 0.65)]
    return [*strokes, *(cross if rng.uniform() < 0.5 else bars)]


def _tick(rng: np.random.Generator) -> list[Stroke]:
    return [line((0.0, rng.uniform(0.4, 0.7)), (rng.uniform(0.2, 0.4), 1.0), (1.0, 0.0))]


def _signature(rng: np.random.Generator) -> list[Stroke]:
    loops = int(rng.integers(4, 9))
    along = np.linspace(0, loops, 30 * loops)
    high = np.interp(along, np.arange(loops + 1), rng.uniform(0.05, 0.35, loops + 1))
    x = 0.28 * along + rng.uniform(0.05, 0.16) * np.cos(2 * np.pi * along)
    stroke = np.stack([x / (0.28 * loops), high * np.sin(2 * np.pi * along)], axis=1).astype(np.float32)
    return [stroke, line((0.0, 0.4), (1.0, 0.35))] if rng.uniform() < 0.4 else [stroke]


def _tree(rng: np.random.Generator) -> list[Stroke]:
    levels = [
        line((0.5, top), (0.5 - wide, top + 0.3), (0.5 + wide, top + 0.3), (0.5, top))
        for top, wide in ((0.0, 0.22), (0.22, 0.32), (0.45, 0.42))[int(rng.integers(2)) :]
    ]
    return [*levels, line((0.5, 0.75), (0.5, 1.0))]


def _flower(rng: np.random.Generator) -> list[Stroke]:
    petals = int(rng.integers(4, 8))
    angles = np.linspace(0, 2 * np.pi, petals, endpoint=False)
    around = [circle(0.5 + 0.2 * np.cos(a), 0.3 + 0.2 * np.sin(a), 0.11, rng) for a in angles]
    return [circle(0.5, 0.3, 0.08, rng), *around, line((0.5, 0.5), (0.5, 1.0))]


def _fish(rng: np.random.Generator) -> list[Stroke]:
    body = np.concatenate([arc(0.4, 0.5, 0.4, 0.25, 30, 330), line((0.75, 0.37), (1.0, 0.7), (1.0, 0.3), (0.75, 0.63))])
    return [body, circle(0.18, 0.42, 0.03, rng)]


def _sun(rng: np.random.Generator) -> list[Stroke]:
    rays = np.linspace(0, 2 * np.pi, int(rng.integers(6, 13)), endpoint=False)
    far = rng.uniform(0.42, 0.55)
    return [
        circle(0.5, 0.5, 0.25, rng),
        *(
            line((0.5 + 0.3 * np.cos(a), 0.5 + 0.3 * np.sin(a)), (0.5 + far * np.cos(a), 0.5 + far * np.sin(a)))
            for a in rays
        ),
    ]


def _cup(rng: np.random.Generator) -> list[Stroke]:
    return [
        line((0.1, 0.1), (0.2, 0.9), (0.6, 0.9), (0.7, 0.1)),
        arc(0.4, 0.1, 0.3, rng.uniform(0.03, 0.1)),
        arc(0.68, 0.45, 0.22, 0.2, -80, 80),
    ]


def _envelope(rng: np.random.Generator) -> list[Stroke]:
    return [
        line((0, 0.1), (1, 0.1), (1, 0.8), (0, 0.8), (0, 0.1)),
        line((0, 0.1), (0.5, rng.uniform(0.4, 0.55)), (1, 0.1)),
    ]


def _stick_figure(rng: np.random.Generator) -> list[Stroke]:
    arms = rng.uniform(-0.2, 0.2)
    return [
        circle(0.5, 0.15, 0.14, rng),
        line((0.5, 0.3), (0.5, 0.65)),
        line((0.2, 0.45 + arms), (0.5, 0.42), (0.8, 0.45 + arms)),
        line((0.25, 1.0), (0.5, 0.65), (0.75, 1.0)),
    ]


def _ladder(rng: np.random.Generator) -> list[Stroke]:
    rungs = np.linspace(0.1, 0.9, int(rng.integers(3, 7)))
    return [line((0.3, 0), (0.25, 1)), line((0.7, 0), (0.75, 1)), *(line((0.28, y), (0.72, y)) for y in rungs)]


def _bolt(rng: np.random.Generator) -> list[Stroke]:
    middle = rng.uniform(0.45, 0.6)
    corners = (0.6, 0.0), (0.2, middle), (0.5, middle), (0.35, 1.0), (0.8, 0.4), (0.5, 0.4), (0.6, 0.0)
    return [line(*corners)]


def _key(rng: np.random.Generator) -> list[Stroke]:
    teeth = [line((x, 0.5), (x, 0.5 + rng.uniform(0.1, 0.2))) for x in (0.75, 0.85, 0.95)]
    return [circle(0.2, 0.5, 0.2, rng), line((0.4, 0.5), (1.0, 0.5)), *teeth]


def _note(rng: np.random.Generator) -> list[Stroke]:
    one = [circle(0.2, 0.85, 0.12, rng), line((0.32, 0.85), (0.32, 0.1))]
    two = [circle(0.75, 0.8, 0.12, rng), line((0.87, 0.8), (0.87, 0.05)), line((0.32, 0.1), (0.87, 0.05))]
    return [*one, *(two if rng.uniform() < 0.6 else [line((0.32, 0.1), (0.6, 0.35))])]


def _grid(rng: np.random.Generator) -> list[Stroke]:
    cells = int(rng.integers(2, 5))
    places = np.linspace(0, 1, cells + 1)
    return [*(line((x, 0), (x, 1)) for x in places), *(line((0, y), (1, y)) for y in places)]


THINGS: Mapping[str, Draw] = {
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
