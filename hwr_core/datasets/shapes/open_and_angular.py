"""A 2 like a z or with a loop, a flat 3, an open 4, a 5 whose bar is loose, missing or one with its belly."""

from collections.abc import Sequence

import numpy as np

from hwr_core.datasets.shapes.pen import Way, arc, joined, way


def looped_two(rng: np.random.Generator) -> Sequence[Way]:
    """A 2 with a loop at its foot; its head open, its tail waved or running on."""
    wide, size = rng.uniform(0.4, 0.6), rng.uniform(0.07, 0.17)
    tail = rng.uniform(0.5, 0.85)
    head = arc((wide / 2, 0.26), (wide / 2, 0.26), rng.uniform(180, 215), 385)
    low = 1.0 - size
    foot = [(0.5 * wide, 0.62), (0.16 * wide, low), (-0.03, 0.98), (-0.08, low), (0.04, low - 0.4 * size)]
    return [joined(head, foot, [(0.28, 0.93), (tail, rng.uniform(0.84, 1.02))])]


def like_a_z(rng: np.random.Generator) -> Sequence[Way]:
    """A 2 of three straight strokes."""
    wide, base = rng.uniform(0.38, 0.6), rng.uniform(0.42, 0.75)
    rise = rng.uniform(-0.04, 0.1)
    head = (0.0, rise + 0.05), (wide * 0.5, rise - rng.uniform(0.0, 0.06)), (wide, 0.08)
    corners = (2, 4) if rng.uniform() < 0.5 else (4,)
    diagonal = (wide * 0.5, 0.52), (0.0, 0.96)
    return [way(*head, *diagonal, (base * 0.5, 0.94 + rng.normal(0.0, 0.03)), (base, 0.95), corners=corners)]


def swan(rng: np.random.Generator) -> Sequence[Way]:
    """A 2 with a small head, a long neck and a waved foot."""
    wide, base = rng.uniform(0.26, 0.42), rng.uniform(0.5, 0.8)
    head = arc((wide / 2, 0.2), (wide / 2, 0.2), rng.uniform(170, 210), 380)
    foot = [(wide * 0.75, 0.55), (0.0, 0.97)], [(0.14, 0.9), (0.3, 0.95), (base, rng.uniform(0.85, 0.98))]
    return [joined(head, *foot, corners=(len(head) + 1,))]


def flat_three(rng: np.random.Generator) -> Sequence[Way]:
    """A 3 with a straight head."""
    wide = rng.uniform(0.36, 0.52)
    waist = rng.uniform(0.36, 0.46)
    belly = arc((wide * 0.45, (1 + waist) / 2), (wide * 0.55, (1 - waist) / 2), -80, rng.uniform(120, 165))
    head = [(0.0, rng.uniform(0.0, 0.06)), (wide / 2, 0.01), (wide * 0.95, 0.0), (wide * 0.35, waist)]
    return [joined(head, belly, corners=(2, 3))]


def looped_three(rng: np.random.Generator) -> Sequence[Way]:
    """A 3 with a loop at its waist."""
    wide, size = rng.uniform(0.38, 0.55), rng.uniform(0.03, 0.09)
    head = arc((wide / 2, 0.22), (wide / 2, 0.22), rng.uniform(185, 215), 405)
    belly = arc((wide / 2, 0.74), (wide * 0.52, 0.26), -65, rng.uniform(130, 175))
    loop = [(wide * 0.35, 0.5), (wide * 0.35 - 1.6 * size, 0.52), (wide * 0.35 - size, 0.45), (wide * 0.45, 0.47)]
    return [joined(head, loop, belly)]


def like_an_h(rng: np.random.Generator) -> Sequence[Way]:
    """An open 4: a left arm, a bar, and a stem that begins no higher than the middle: an h turned over."""
    wide, bar = rng.uniform(0.32, 0.5), rng.uniform(0.45, 0.66)
    arm = rng.uniform(-0.04, 0.14)
    over = rng.uniform(0.0, 0.16)
    angle = way((arm, 0.0), (arm * 0.4, bar * 0.55), (0.0, bar), (wide / 2, bar), (wide + over, bar), corners=(2,))
    return [angle, way((wide, bar - rng.uniform(-0.03, 0.35)), (wide, 0.75), (wide + rng.normal(-0.03, 0.05), 1.0))]


def like_a_y(rng: np.random.Generator) -> Sequence[Way]:
    """An open 4: a cup, and a stem down from its right side, in one stroke or two."""
    wide, deep = rng.uniform(0.3, 0.5), rng.uniform(0.42, 0.6)
    top, stem = rng.uniform(-0.05, 0.12), rng.uniform(-0.14, 0.02)
    pointed = rng.uniform(0.1, 0.5)
    cup = [(0.0, rng.uniform(0.0, 0.14)), (0.02, deep * 0.7), (wide * pointed, deep)]
    if rng.uniform() < 0.5:
        rest = [(wide * 0.8, deep * 0.8), (wide, top), (wide + stem / 2, 0.5), (wide + stem, 1.0)]
        return [joined(cup, rest, corners=(4,))]
    stroke = way((wide, top), (wide + stem / 2, 0.5), (wide + stem, 1.0))
    return [joined(cup, [(wide + stem / 2, deep * rng.uniform(0.82, 1.0))]), stroke]


def lightning(rng: np.random.Generator) -> Sequence[Way]:
    """An open 4 of a slanting arm, a bar and a short stem across it."""
    wide, bar, top = rng.uniform(0.4, 0.6), rng.uniform(0.55, 0.7), rng.uniform(0.18, 0.36)
    arm = way(
        (top, 0.0), (top * 0.5, bar * 0.5), (0.0, bar), (wide * 0.6, bar - 0.02), (wide + 0.08, bar), corners=(2,)
    )
    middle = wide * rng.uniform(0.66, 0.9)
    return [arm, way((middle + 0.02, rng.uniform(0.2, 0.45)), (middle, 0.7), (middle - 0.03, 1.0))]


def closed_four(rng: np.random.Generator) -> Sequence[Way]:
    """A 4 in one stroke, down, up to its bar and across, its corner sharp or a loop."""
    wide, bar = rng.uniform(0.4, 0.55), rng.uniform(0.52, 0.68)
    stem = wide * rng.uniform(0.65, 0.85)
    down = [(stem - 0.03, 1.0), (stem, 0.5), (stem, 0.0), (stem * 0.45, 0.32)]
    loop = [(-0.02, bar - 0.06), (-0.02, bar + 0.05), (0.08, bar)] if rng.uniform() < 0.4 else [(0.0, bar)]
    corners = (2,) if len(loop) > 1 else (2, 4)
    return [joined(down, loop, [(wide * 0.6, bar - 0.02), (wide + 0.1, bar + rng.normal(0.0, 0.03))], corners=corners)]


def like_an_s(rng: np.random.Generator) -> Sequence[Way]:
    """A 5 in one bow, without a corner."""
    wide = rng.uniform(0.36, 0.52)
    head = [(wide * rng.uniform(0.8, 1.1), rng.uniform(0.0, 0.1)), (wide * 0.4, 0.03), (0.06, 0.22), (0.14, 0.4)]
    return [joined(head, _belly(rng, wide, rng.uniform(0.4, 0.5), -60))]


def loose_bar(rng: np.random.Generator) -> Sequence[Way]:
    """A 5 whose bar is a stroke of its own, off its body."""
    wide, top = rng.uniform(0.34, 0.5), rng.uniform(0.06, 0.2)
    left, rise = rng.uniform(0.06, 0.28), rng.uniform(-0.12, 0.04)
    bar = way((left, top + rise), (left + wide * 0.5, top + rise), (left + wide, top + rise + rng.normal(-0.03, 0.03)))
    return [*_without_bar(rng, wide, top), bar]


def without_bar(rng: np.random.Generator) -> Sequence[Way]:
    """A 5 whose bar is missing, or no more than a tick."""
    wide = rng.uniform(0.34, 0.5)
    body = [*_without_bar(rng, wide, 0.0)]
    return body if rng.uniform() < 0.4 else [*body, way((0.05, 0.0), (rng.uniform(0.14, 0.24), -0.02))]


def hooked_bar(rng: np.random.Generator) -> Sequence[Way]:
    """A 5 in one stroke from the end of its bar, with a hook or a small loop where its body begins."""
    wide = rng.uniform(0.36, 0.54)
    bar = [(wide * rng.uniform(0.8, 1.25), rng.uniform(-0.05, 0.08)), (wide * 0.45, 0.03), (0.06, 0.04)]
    low = rng.uniform(0.36, 0.46)
    hook = [(0.0, low), (0.05, low + 0.02), (0.1, low - 0.06)] if rng.uniform() < 0.5 else [(0.02, low)]
    return [joined(bar, hook, _belly(rng, wide, low, -70), corners=(2, 2 + len(hook)) if len(hook) == 1 else (2,))]


def like_an_r(rng: np.random.Generator) -> Sequence[Way]:
    """A 5 with a long stem and a belly that hardly turns back."""
    wide, low = rng.uniform(0.3, 0.44), rng.uniform(0.42, 0.56)
    belly = arc((wide * 0.45, (1 + low) / 2), (wide * 0.55, (1 - low) / 2), -80, rng.uniform(5, 80))
    body = joined([(0.05, 0.0), (0.03, low / 2), (0.0, low + 0.06)], belly, corners=(2,))
    bar = way((0.05, 0.0), (0.3, -0.02), (rng.uniform(0.36, 0.6), rng.normal(-0.02, 0.04)))
    return [body, bar]


def like_a_root(rng: np.random.Generator) -> Sequence[Way]:
    """A 5 whose belly is no more than a hook at the foot of its stem, like a root sign or an r, its bar running far."""
    bar, rise, hook = rng.uniform(0.3, 0.85), rng.uniform(-0.2, 0.08), rng.uniform(0.08, 0.25)
    bulge, top = rng.uniform(0.02, 0.16), rng.uniform(0.0, 0.15)
    stem = [(0.04, top), (bulge * 0.4, 0.35), (bulge, 0.6), (bulge * 0.7, 0.88), (-hook * 0.4, 1.0)]
    body = joined(stem, [(-hook, rng.uniform(0.82, 0.96))])
    if rng.uniform() < 0.5:
        return [body, way((0.04, top), (0.04 + bar / 2, top + rise / 2), (0.04 + bar, top + rise))]
    return [joined([(0.04 + bar, top + rise), (0.04 + bar / 2, top + rise / 2)], body.points, corners=(2,))]


def _without_bar(rng: np.random.Generator, wide: float, top: float) -> Sequence[Way]:
    low = rng.uniform(0.38, 0.5)
    return [joined([(0.06, top), (0.03, (top + low) / 2), (0.0, low)], _belly(rng, wide, low, -75), corners=(2,))]


def _belly(rng: np.random.Generator, wide: float, top: float, start: float) -> np.ndarray:
    """The belly of a 5 from its start to where it ends, at the bottom or curled."""
    return arc((wide * 0.42, (1 + top) / 2), (wide * 0.58, (1 - top) / 2), start, rng.uniform(100, 190))
