"""A 0 with a slash, a curl or a tail; a 6 like a b; an 8 of two circles or left open; a 9 like a rho, a g or a q."""

from collections.abc import Sequence

import numpy as np

from hwr_core.datasets.shapes.pen import Way, arc, joined, way


def slashed_zero(rng: np.random.Generator) -> Sequence[Way]:
    """A 0 with a slash through it or within it."""
    wide, over = rng.uniform(0.26, 0.42), rng.uniform(-0.15, 0.25)
    corner = np.array([wide, 0.5]) * (0.7 + over)
    slash = way((wide + corner[0], 0.5 - corner[1]), (wide, 0.5), (wide - corner[0], 0.5 + corner[1]))
    return [joined(_round((wide, 0.5), (wide, 0.5), rng)), slash]


def curled_zero(rng: np.random.Generator) -> Sequence[Way]:
    """A 0 whose end curls into it."""
    wide = rng.uniform(0.28, 0.45)
    start = rng.uniform(-110, -50)
    curl = [(wide * rng.uniform(0.7, 1.1), rng.uniform(0.14, 0.3)), (wide * rng.uniform(0.9, 1.3), 0.4)]
    return [joined(arc((wide, 0.5), (wide, 0.5), start, start - rng.uniform(330, 360)), curl)]


def tailed_zero(rng: np.random.Generator) -> Sequence[Way]:
    """A 0 whose end runs on over its top to the right, as if to the next."""
    wide = rng.uniform(0.3, 0.48)
    start = rng.uniform(-120, -70)
    end = [(wide * rng.uniform(1.7, 2.4), rng.uniform(-0.04, 0.16))]
    return [joined(arc((wide, 0.5), (wide, 0.5), start, start - rng.uniform(330, 375)), end)]


def open_zero(rng: np.random.Generator) -> Sequence[Way]:
    """A 0 that is not quite closed at its top, or closed with its ends crossing."""
    wide = rng.uniform(0.28, 0.5)
    start, gap = rng.uniform(-110, -60), rng.uniform(-35, 30)
    turned = arc((wide, 0.5), (wide, 0.5), start, start - 360 + gap)
    grown = np.linspace(rng.uniform(0.9, 1.1), 1.0, len(turned))[:, None]
    return [joined((turned - (wide, 0.5)) * grown + (wide, 0.5))]


def flat_zero(rng: np.random.Generator) -> Sequence[Way]:
    """A 0 with a flat bottom or top."""
    wide, flat = rng.uniform(0.32, 0.52), rng.uniform(0.55, 0.85)
    outline = _round((wide, 0.5), (wide, 0.5), rng)
    height = outline[:, 1] - 0.5
    upside = 1.0 if rng.uniform() < 0.7 else -1.0
    flattened = np.where(upside * height > 0.5 * flat, upside * 0.5 * flat, height)
    return [joined(np.stack([outline[:, 0], (flattened + 0.5) / (0.5 + 0.5 * flat)], axis=1))]


def like_a_b(rng: np.random.Generator) -> Sequence[Way]:
    """A 6 with a straight stem and a small bowl beside it."""
    wide, top = rng.uniform(0.3, 0.46), rng.uniform(0.45, 0.62)
    lean = rng.uniform(-0.02, 0.16)
    middle = wide / 2, (1 + top) / 2
    stem = [(lean, 0.0), (lean * 0.5, 0.4), (0.0, 0.75)]
    return [joined(stem, arc(middle, (wide / 2, (1 - top) / 2), 150, rng.uniform(-200, -150)))]


def open_six(rng: np.random.Generator) -> Sequence[Way]:
    """A 6 whose bowl is not closed, or is a mere curl."""
    wide, top = rng.uniform(0.34, 0.5), rng.uniform(0.42, 0.62)
    stem = [(wide * rng.uniform(0.4, 0.9), 0.0), (wide * 0.2, 0.28), (0.0, 0.66)]
    bowl = arc((wide / 2, (1 + top) / 2), (wide / 2, (1 - top) / 2), 150, rng.uniform(-130, -70))
    return [joined(stem, bowl)]


def two_circles(rng: np.random.Generator) -> Sequence[Way]:
    """An 8 of one circle above another, touching, overlapping or a little apart."""
    waist, apart = rng.uniform(0.4, 0.52), rng.uniform(-0.03, 0.03)
    wide, narrow = rng.uniform(0.2, 0.32), rng.uniform(0.15, 0.26)
    shifted = rng.normal(0.0, 0.04)
    above = _round((shifted, (waist - apart) / 2), (narrow, (waist - apart) / 2), rng)
    return [joined(above), joined(_round((0.0, (1 + waist + apart) / 2), (wide, (1 - waist - apart) / 2), rng))]


def open_eight(rng: np.random.Generator) -> Sequence[Way]:
    """An 8 in one stroke like an S that comes back, its ends apart or crossing."""
    wide = rng.uniform(0.2, 0.3)
    waist = rng.uniform(0.42, 0.52)
    head = arc((0.0, waist / 2), (wide * 0.85, waist / 2), rng.uniform(-50, -5), -230)
    belly = arc((0.0, (1 + waist) / 2), (wide, (1 - waist) / 2), -50, 230)
    end = [(wide * rng.uniform(0.2, 0.6), waist * 0.75), (wide * rng.uniform(0.7, 1.3), rng.uniform(-0.06, 0.14))]
    return [joined(head, belly, end)]


def like_a_rho(rng: np.random.Generator) -> Sequence[Way]:
    """A 9 whose stem comes up from below on the left, and whose loop closes on it."""
    wide, low = rng.uniform(0.32, 0.5), rng.uniform(0.44, 0.62)
    foot = rng.uniform(-0.1, 0.12)
    stem = [(foot, 1.0), (foot * 0.5, 0.6), (0.0, low * 0.6)]
    loop = arc((wide / 2, low / 2), (wide / 2, low / 2), 180, rng.uniform(480, 530))
    return [joined(stem, loop)]


def like_a_g(rng: np.random.Generator) -> Sequence[Way]:
    """A 9 whose stem ends in a bow to the left, at times closed to a loop."""
    wide, low = rng.uniform(0.32, 0.46), rng.uniform(0.38, 0.54)
    loop = _loop(rng, wide, low)
    deep = rng.uniform(0.8, 0.9)
    bow = [(wide, 0.5), (wide * 0.95, deep), (wide * 0.45, 1.0), (rng.uniform(-0.12, 0.05), rng.uniform(0.84, 0.96))]
    if rng.uniform() < 0.25:
        bow.append((wide * 0.4, rng.uniform(0.66, 0.78)))
    return [joined(loop, bow, corners=(len(loop) - 1,))]


def like_a_q(rng: np.random.Generator) -> Sequence[Way]:
    """A 9 with a straight stem beside its loop, at times with a tick at its foot."""
    wide, low = rng.uniform(0.34, 0.5), rng.uniform(0.4, 0.58)
    stem = [(wide, 0.5), (wide + rng.normal(0.0, 0.04), 1.0)]
    if rng.uniform() < 0.3:
        stem.append((wide + rng.uniform(0.08, 0.16), rng.uniform(0.86, 0.95)))
    loop = _loop(rng, wide, low)
    corners = (len(loop) - 1, len(loop) + 1) if len(stem) > 2 else (len(loop) - 1,)
    return [joined(loop, stem, corners=corners)]


def open_nine(rng: np.random.Generator) -> Sequence[Way]:
    """A 9 whose loop is open at its top, as a y is, its stem straight or bent."""
    wide, low = rng.uniform(0.34, 0.48), rng.uniform(0.4, 0.55)
    bowl = arc((wide / 2, low / 2), (wide / 2, low / 2), rng.uniform(-85, -60), -330)
    foot = wide * rng.uniform(0.3, 1.0)
    return [joined(bowl, [(wide * 1.03, low * 0.25), ((wide + foot) / 2, 0.6), (foot, 1.0)], corners=(len(bowl),))]


def _loop(rng: np.random.Generator, wide: float, low: float) -> np.ndarray:
    """The loop of a 9 from its upper right around to where its stem begins."""
    return arc((wide / 2, low / 2), (wide / 2, low / 2), rng.uniform(-60, -20), rng.uniform(-385, -355))


def _round(centre: tuple[float, float], radii: tuple[float, float], rng: np.random.Generator) -> np.ndarray:
    """A closed outline from somewhere at its top, its end a little past its start."""
    start = rng.uniform(-130, -50)
    return arc(centre, radii, start, start - rng.uniform(355, 390))
