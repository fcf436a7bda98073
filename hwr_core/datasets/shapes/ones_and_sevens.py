"""A 1 with an upstroke, a flag, a foot or a hook; a 7 with a serif, a bar or a bent stem, down to one like a t."""

from collections.abc import Sequence

import numpy as np

from hwr_core.datasets.shapes.pen import Way, way


def long_upstroke(rng: np.random.Generator) -> Sequence[Way]:
    """A 1 whose upstroke begins far down, as it is taught in Germany; its turn sharp or a narrow loop."""
    left, low, bend = rng.uniform(0.1, 0.6), rng.uniform(0.4, 1.05), rng.uniform(-0.06, 0.08)
    foot = rng.uniform(-0.05, 0.12), rng.uniform(0.85, 1.05)
    middle = -left / 2 + bend, low / 2 + bend
    if rng.uniform() < 0.25:
        return [way((-left, low), middle, (-0.01, 0.0), (0.03, 0.05), foot)]
    return [way((-left, low), middle, (0.0, 0.0), (foot[0] / 2, 0.5), foot, corners=(2,))]


def flag(rng: np.random.Generator) -> Sequence[Way]:
    """A 1 with a short flag, straight or hanging."""
    left, low = rng.uniform(0.12, 0.32), rng.uniform(0.14, 0.34)
    hanging = rng.uniform(-0.03, 0.05)
    middle = -left / 2, low / 2 + hanging
    return [way((-left, low), middle, (0.0, 0.0), (rng.normal(0.0, 0.03), 0.5), (0.0, 1.0), corners=(2,))]


def foot(rng: np.random.Generator) -> Sequence[Way]:
    """A 1 that stands on a bar, with a flag, an upstroke or neither."""
    left, right = rng.uniform(0.12, 0.35), rng.uniform(0.12, 0.35)
    kind = rng.uniform()
    stem = [way((0.0, 0.0), (rng.normal(0.0, 0.02), 0.5), (0.0, 1.0))] if kind < 0.3 else [*flag(rng)]
    if kind > 0.8:
        stem = [*long_upstroke(rng)]
    height = rng.uniform(0.96, 1.02)
    return [*stem, way((-left, height + rng.normal(0.0, 0.03)), (0.0, height), (right, height + rng.normal(0.0, 0.03)))]


def hooked(rng: np.random.Generator) -> Sequence[Way]:
    """A 1 with a small hook at its foot or its head, its stem bent a little."""
    bend, hook = rng.uniform(-0.08, 0.08), rng.uniform(0.06, 0.18)
    stem = [(0.0, 0.0), (bend, 0.35), (bend, 0.7), (0.0, 0.97)]
    if rng.uniform() < 0.5:
        return [way(*stem, (hook, rng.uniform(0.9, 1.0)))]
    return [way((-hook, rng.uniform(0.03, 0.14)), *stem)]


def slash(rng: np.random.Generator) -> Sequence[Way]:
    """A 1 that is nothing but a stroke, leaning far."""
    right = rng.uniform(0.25, 0.65)
    return [way((right, 0.0), (right / 2 + rng.normal(0.0, 0.04), 0.5), (0.0, 1.0))]


def like_a_t(rng: np.random.Generator) -> Sequence[Way]:
    """A crossed 7 whose head is short, so that its bar is the widest of it."""
    head, bar = rng.uniform(0.22, 0.42), rng.uniform(0.35, 0.6)
    drop = rng.uniform(-0.02, 0.1)
    stem = rng.uniform(-0.12, 0.03)
    reach = rng.uniform(0.16, 0.34)
    corner = () if rng.uniform() < 0.4 else (2,)
    head_and_stem = way(
        (-head, drop + 0.04), (-head / 2, drop - 0.01), (0.0, 0.0), (stem / 2, 0.5), (stem, 1.0), corners=corner
    )
    middle = stem * bar
    left, right = middle - reach * rng.uniform(0.7, 1.2), middle + reach
    return [head_and_stem, way((left, bar + rng.normal(0.02, 0.03)), (right, bar + rng.normal(-0.02, 0.03)))]


def serif_seven(rng: np.random.Generator) -> Sequence[Way]:
    """A 7 with a stroke down at the left end of its head, crossed or not."""
    head, serif = rng.uniform(0.38, 0.6), rng.uniform(0.1, 0.24)
    foot_at = -head * rng.uniform(0.2, 0.75)
    rise = rng.normal(0.0, 0.03)
    stem = way(
        (-head - rng.uniform(-0.02, 0.04), serif),
        (-head, rise + 0.02),
        (-head / 2, 0.02 + rng.normal(0.0, 0.03)),
        (0.0, 0.0),
        (foot_at * 0.6, 0.48),
        (foot_at, 1.0),
        corners=(1, 3),
    )
    return [stem, *_bar(rng, foot_at)] if rng.uniform() < 0.5 else [stem]


def bent_seven(rng: np.random.Generator) -> Sequence[Way]:
    """A 7 with a round shoulder or a waved head, its stem bent, crossed or not."""
    head, wave = rng.uniform(0.36, 0.58), rng.uniform(-0.06, 0.08)
    foot_at = -head * rng.uniform(0.3, 0.8)
    bend = rng.uniform(-0.12, 0.05)
    stem = way(
        (-head, rng.uniform(0.02, 0.1)),
        (-head * 0.66, wave),
        (-head * 0.3, 0.04 - wave / 2),
        (0.0, rng.uniform(0.0, 0.08)),
        (foot_at * 0.6 + bend, 0.5),
        (foot_at, 1.0),
        corners=() if rng.uniform() < 0.6 else (3,),
    )
    return [stem, *_bar(rng, foot_at)] if rng.uniform() < 0.4 else [stem]


def _bar(rng: np.random.Generator, foot_at: float) -> Sequence[Way]:
    """The bar of a 7 whose stem runs from 0 to this foot."""
    height, reach = rng.uniform(0.4, 0.62), rng.uniform(0.14, 0.3)
    middle = foot_at * (0.35 + 0.65 * height)
    return [
        way((middle - reach, height + rng.normal(0.02, 0.03)), (middle + reach * rng.uniform(0.7, 1.2), height - 0.02))
    ]
