"""Zeros in a run: joined at the top, overlapping, or one curl that never lifts, as at the end of an amount."""

from collections.abc import Callable, Mapping

import numpy as np

from hwr_core.datasets.shapes.pen import Points, Way, arc, drawn, joined
from hwr_core.images.strokes import Strokes

Chain = Callable[[np.random.Generator, int], list[Way]]


def linked_zeros(rng: np.random.Generator, count: int) -> Strokes:
    """Return so many zeros, two or more, written in one go in one of the ways of `CHAINS`; about 1 high."""
    return drawn(CHAINS[str(rng.choice([*CHAINS]))](rng, count), rng)


def joined_at_the_top(rng: np.random.Generator, count: int) -> list[Way]:
    """Each zero ends at its top, and the pen runs on from there to the next."""
    start, apart, sag = rng.uniform(-125, -75), rng.uniform(-0.05, 0.4), rng.uniform(-0.06, 0.1)
    pieces: list[Points] = []
    for left, wide, high in _sizes(rng, count, apart):
        outline = arc((left + wide / 2, 1 - high / 2), (wide / 2, high / 2), start, start - rng.uniform(325, 400))
        if pieces and apart > 0:
            pieces.append((pieces[-1][-1:] + outline[:1]) / 2 + (0.0, sag))
        pieces.append(outline)
    if rng.uniform() < 0.4:
        pieces.append(pieces[-1][-1:] + np.array([rng.uniform(0.1, 0.5), rng.uniform(-0.05, 0.1)]))
    return [joined(*pieces)]


def overlapping(rng: np.random.Generator, count: int) -> list[Way]:
    """Each zero is a stroke of its own that runs into the one before, or touches it."""
    apart = rng.uniform(-0.16, 0.02)
    ways = []
    for left, wide, high in _sizes(rng, count, apart):
        start = rng.uniform(-130, -50)
        ways.append(
            joined(arc((left + wide / 2, 1 - high / 2), (wide / 2, high / 2), start, start - rng.uniform(340, 385)))
        )
    return ways


def coil(rng: np.random.Generator, count: int) -> list[Way]:
    """One curl that runs on to the right, a turn for each zero, linked along its bottom or its top."""
    wide, step = rng.uniform(0.5, 0.85), rng.uniform(0.6, 0.9)
    first, last = rng.uniform(-0.2, 0.0), rng.uniform(0.0, 0.2)
    turns = np.linspace(first, count + last, round(9 * (count + last - first)) + 1)
    angle = np.pi / 2 - 2 * np.pi * turns
    height = np.sin(angle) if rng.uniform() < 0.5 else -np.sin(angle)
    return [joined(np.stack([wide * (np.cos(angle) / 2 + step * turns), 0.5 + 0.5 * height], axis=1))]


def lying_eight(rng: np.random.Generator, count: int) -> list[Way]:
    """Two zeros at a time in one stroke that crosses itself between them: an 8 that lies."""
    pieces: list[Points] = []
    for place, (left, wide, high) in enumerate(_sizes(rng, count, rng.uniform(-0.06, 0.04))):
        centre, radii = (left + wide / 2, 1 - high / 2), (wide / 2, high / 2)
        start, turn = (-25.0, -340.0) if place % 2 == 0 else (205.0, 340.0)
        pieces.append(arc(centre, radii, start, start + turn + rng.uniform(-30, 30)))
    return [joined(*pieces[place : place + 2]) for place in range(0, count, 2)]


CHAINS: Mapping[str, Chain] = {
    "joined at the top": joined_at_the_top,
    "overlapping": overlapping,
    "a coil": coil,
    "a lying eight": lying_eight,
}
"""The ways to write a run of zeros."""


def _sizes(rng: np.random.Generator, count: int, apart: float) -> list[tuple[float, float, float]]:
    """The left side, width and height of each zero: much like its neighbours, so far apart."""
    usual, spread = rng.uniform(0.5, 0.95), rng.uniform(0.02, 0.12)
    found, left = [], 0.0
    for _ in range(count):
        wide, high = usual * np.exp(rng.normal(0.0, spread)), np.exp(rng.normal(0.0, spread))
        found.append((left, wide, high))
        left += wide + apart + rng.normal(0.0, 0.03)
    return found
