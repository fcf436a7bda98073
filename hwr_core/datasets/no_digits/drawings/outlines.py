"""Simple outlines, drawn in one to three strokes: nearer to digits than larger drawings, and still none.

Shapes that many would read as a digit are not among them: a balloon or a spoon (9), a snowman or an hourglass (8), a
cane (1 or 7), a drop, an egg, an apple or a box (0), a swan (2), a snake (5).
"""

from collections.abc import Mapping

import numpy as np

from hwr_core.datasets.no_digits.drawings.pen import Draw, Stroke, arc, circle, line


def _polygon(corners: int, turn: float, rng: np.random.Generator) -> Stroke:
    """A closed polygon, its corners a little out of place."""
    angles = np.linspace(0, 2 * np.pi, corners, endpoint=False) + turn
    points = [
        (0.5 + 0.5 * np.cos(a) + rng.normal(0, 0.03), 0.5 + 0.5 * np.sin(a) + rng.normal(0, 0.03)) for a in angles
    ]
    return line(*points, points[0])


def _triangle(rng: np.random.Generator) -> list[Stroke]:
    return [_polygon(3, float(rng.choice([-np.pi / 2, np.pi / 2, 0.0])), rng)]


def _diamond(rng: np.random.Generator) -> list[Stroke]:
    return [_polygon(4, 0.0, rng), line((0.0, 0.5), (1.0, 0.5))]


def _heart(rng: np.random.Generator) -> list[Stroke]:
    dip = rng.uniform(0.12, 0.3)
    right = np.concatenate([arc(0.75, 0.25, 0.25, 0.25, 200, 380), line((0.99, 0.32), (0.5, 1.0))])
    left = right * np.array([-1.0, 1.0]) + np.array([1.0, 0.0])
    return [np.concatenate([line((0.5, dip), (0.51, dip)), right]), np.asarray(left, np.float32)]


def _moon(rng: np.random.Generator) -> list[Stroke]:
    outer, inner = arc(0.5, 0.5, 0.45, 0.5, 60, 300), arc(0.72, 0.5, rng.uniform(0.25, 0.35), 0.44, 285, 75)
    return [np.concatenate([outer, inner])]


def _cloud(rng: np.random.Generator) -> list[Stroke]:
    bumps = int(rng.integers(3, 6))
    places = np.linspace(0.15, 0.85, bumps)
    top = [arc(x, 0.45, 0.5 / bumps + 0.05, rng.uniform(0.15, 0.3), 185, 355) for x in places]
    return [np.concatenate([*top, line((0.95, 0.5), (0.95, 0.7), (0.05, 0.7), (0.05, 0.5))])]


def _leaf(rng: np.random.Generator) -> list[Stroke]:
    veins = [
        line((0.5, y), (0.5 + side * 0.25, y - 0.18))
        for y in np.linspace(0.4, 0.8, int(rng.integers(2, 5)))
        for side in (-1, 1)
    ]
    return [arc(0.5, 0.5, 0.32, 0.5), line((0.5, 0.0), (0.5, 1.2)), *veins]


def _mushroom(rng: np.random.Generator) -> list[Stroke]:
    stem = rng.uniform(0.1, 0.18)
    cap = np.concatenate([arc(0.5, 0.5, 0.5, 0.5, 180, 360), line((1.0, 0.5), (0.0, 0.5))])
    return [cap, line((0.5 - stem, 0.5), (0.5 - stem, 1.0), (0.5 + stem, 1.0), (0.5 + stem, 0.5))]


def _ice_cream(rng: np.random.Generator) -> list[Stroke]:
    return [line((0.2, 0.4), (0.5, 1.0), (0.8, 0.4), (0.2, 0.4)), arc(0.5, 0.4, 0.3, rng.uniform(0.25, 0.4), 180, 360)]


def _hammer(rng: np.random.Generator) -> list[Stroke]:
    wide = rng.uniform(0.04, 0.08)
    head = line((0.1, 0.0), (0.9, 0.0), (0.9, 0.25), (0.1, 0.25), (0.1, 0.0))
    return [head, line((0.5 - wide, 0.25), (0.5 - wide, 1.0), (0.5 + wide, 1.0), (0.5 + wide, 0.25))]


def _fork(rng: np.random.Generator) -> list[Stroke]:
    prongs = int(rng.choice([3, 4]))
    places = np.linspace(0.25, 0.75, prongs)
    return [line((0.5, 0.4), (0.5, 1.0)), line((0.25, 0.4), (0.75, 0.4)), *(line((x, 0.0), (x, 0.4)) for x in places)]


def _bow_tie(rng: np.random.Generator) -> list[Stroke]:
    high = rng.uniform(0.2, 0.35)
    wings = line((0.5, 0.5), (0.0, 0.5 - high), (0.0, 0.5 + high), (1.0, 0.5 - high), (1.0, 0.5 + high), (0.5, 0.5))
    return [wings, circle(0.5, 0.5, 0.08, rng)]


def _eye(rng: np.random.Generator) -> list[Stroke]:
    lids = np.concatenate([arc(0.5, 0.62, 0.5, 0.35, 200, 340), arc(0.5, 0.38, 0.5, 0.35, 20, 160)])
    return [lids, circle(0.5, 0.5, rng.uniform(0.1, 0.17), rng)]


def _pencil(rng: np.random.Generator) -> list[Stroke]:
    wide = rng.uniform(0.07, 0.12)
    body = line(
        (0.0, 0.5 - wide), (0.75, 0.5 - wide), (1.0, 0.5), (0.75, 0.5 + wide), (0.0, 0.5 + wide), (0.0, 0.5 - wide)
    )
    return [body, line((0.75, 0.5 - wide), (0.75, 0.5 + wide))]


def _book(rng: np.random.Generator) -> list[Stroke]:
    dip = rng.uniform(0.05, 0.2)
    cover = line((0.5, 0.1 + dip), (0.0, 0.1), (0.0, 0.8), (0.5, 0.8 + dip), (1.0, 0.8), (1.0, 0.1), (0.5, 0.1 + dip))
    return [cover, line((0.5, 0.1 + dip), (0.5, 0.8 + dip))]


def _hat(rng: np.random.Generator) -> list[Stroke]:
    high = rng.uniform(0.0, 0.3)
    return [line((0.0, 0.8), (1.0, 0.8)), line((0.22, 0.8), (0.25, high), (0.75, high), (0.78, 0.8))]


def _shirt(rng: np.random.Generator) -> list[Stroke]:
    sleeve = rng.uniform(0.2, 0.4)
    corners = (
        (0.35, 0.0), (0.0, sleeve), (0.12, sleeve + 0.15), (0.25, 0.35), (0.25, 1.0), (0.75, 1.0), (0.75, 0.35),
        (0.88, sleeve + 0.15), (1.0, sleeve), (0.65, 0.0),
    )  # fmt: skip
    return [np.concatenate([line(*corners), arc(0.5, 0.0, 0.15, 0.12, 0, 180)])]


def _flag(rng: np.random.Generator) -> list[Stroke]:
    sag = rng.uniform(0.0, 0.15)
    cloth = line((0.0, 0.0), (0.9, sag), (0.9, 0.45 + sag), (0.0, 0.45))
    stripes = [line((0.0, 0.22), (0.9, 0.22 + sag))] if rng.uniform() < 0.6 else []
    return [line((0.0, 0.0), (0.0, 1.2)), cloth, *stripes]


def _mountain(rng: np.random.Generator) -> list[Stroke]:
    peaks = int(rng.integers(2, 4))
    corners: list[tuple[float, float]] = [(0.0, 1.0)]
    for number in range(peaks):
        left = (number + 0.5) / peaks
        corners += [(left, float(rng.uniform(0.0, 0.4))), (left + 0.5 / peaks, float(rng.uniform(0.6, 1.0)))]
    return [line(*corners)]


def _wave(rng: np.random.Generator) -> list[Stroke]:
    x = np.linspace(0, 1, 120)
    waves, high = rng.uniform(2.0, 4.5), rng.uniform(0.08, 0.2)
    one = np.stack([x, 0.5 + high * np.sin(2 * np.pi * waves * x)], axis=1).astype(np.float32)
    return [one + np.array([0.0, 0.3 * number], np.float32) for number in range(int(rng.integers(1, 4)))]


def _lamp(rng: np.random.Generator) -> list[Stroke]:
    neck = rng.uniform(0.1, 0.16)
    rings = [line((0.5 - neck, y), (0.5 + neck, y + 0.03)) for y in (0.75, 0.85, 0.95)]
    return [arc(0.5, 0.35, 0.33, 0.35, 115, 425), *rings]


def _crown(rng: np.random.Generator) -> list[Stroke]:
    dip = rng.uniform(0.3, 0.55)
    return [
        line((0.0, 1.0), (0.0, 0.1), (0.25, dip), (0.5, 0.0), (0.75, dip), (1.0, 0.1), (1.0, 1.0), (0.0, 1.0)),
    ]


def _anchor(rng: np.random.Generator) -> list[Stroke]:
    return [
        circle(0.5, 0.1, 0.1, rng),
        line((0.5, 0.2), (0.5, 1.0)),
        line((0.3, 0.35), (0.7, 0.35)),
        arc(0.5, 0.6, 0.4, 0.4, 10, 170),
    ]


def _bell(rng: np.random.Generator) -> list[Stroke]:
    body = np.concatenate(
        [line((0.0, 0.85), (0.2, 0.6)), arc(0.5, 0.4, 0.3, 0.4, 180, 360), line((0.8, 0.6), (1.0, 0.85))]
    )
    return [body, line((0.0, 0.85), (1.0, 0.85)), arc(0.5, 0.85, 0.1, rng.uniform(0.08, 0.14), 0, 180)]


def _wineglass(rng: np.random.Generator) -> list[Stroke]:
    wide = rng.uniform(0.22, 0.35)
    bowl = np.concatenate([line((0.5 - wide, 0.0), (0.5 - wide, 0.2)), arc(0.5, 0.2, wide, 0.35, 180, 0)])
    return [
        bowl,
        line((0.5 - wide, 0.0), (0.5 + wide, 0.0)),
        line((0.5, 0.55), (0.5, 1.0)),
        line((0.25, 1.0), (0.75, 1.0)),
    ]


def _cross(rng: np.random.Generator) -> list[Stroke]:
    wide, bar = rng.uniform(0.1, 0.18), rng.uniform(0.2, 0.4)
    low, left, right = bar + 2 * wide, 0.5 - wide, 0.5 + wide
    corners = (
        (left, 0.0), (right, 0.0), (right, bar), (1.0, bar), (1.0, low), (right, low), (right, 1.1), (left, 1.1),
        (left, low), (0.0, low), (0.0, bar), (left, bar), (left, 0.0),
    )  # fmt: skip
    return [line(*corners)]


def _hash_sign(rng: np.random.Generator) -> list[Stroke]:
    lean = rng.uniform(0.0, 0.25)
    upright = [line((x + lean, 0.0), (x, 1.0)) for x in (0.3, 0.6)]
    return [*upright, *(line((0.05, y), (0.95, y + rng.normal(0, 0.03))) for y in (0.35, 0.65))]


def _percent(rng: np.random.Generator) -> list[Stroke]:
    return [circle(0.2, 0.2, 0.17, rng), line((0.9, 0.0), (0.1, 1.0)), circle(0.8, 0.8, 0.17, rng)]


def _asterisk(rng: np.random.Generator) -> list[Stroke]:
    arms = int(rng.choice([3, 4]))
    angles = np.linspace(0, np.pi, arms, endpoint=False) + rng.uniform(0, 1)
    return [
        line((0.5 - 0.5 * np.cos(a), 0.5 - 0.5 * np.sin(a)), (0.5 + 0.5 * np.cos(a), 0.5 + 0.5 * np.sin(a)))
        for a in angles
    ]


def _equals(rng: np.random.Generator) -> list[Stroke]:
    gap = rng.uniform(0.25, 0.45)
    lines = [line((0.0, y), (1.0, y + rng.normal(0, 0.04))) for y in (0.0, gap)]
    return [*lines, line((0.35, gap + 0.3), (0.65, -0.3))] if rng.uniform() < 0.3 else lines


OUTLINES: Mapping[str, Draw] = {
    "triangle": _triangle,
    "diamond": _diamond,
    "heart": _heart,
    "moon": _moon,
    "cloud": _cloud,
    "leaf": _leaf,
    "mushroom": _mushroom,
    "ice cream": _ice_cream,
    "hammer": _hammer,
    "fork": _fork,
    "bow tie": _bow_tie,
    "eye": _eye,
    "pencil": _pencil,
    "book": _book,
    "hat": _hat,
    "shirt": _shirt,
    "flag": _flag,
    "mountain": _mountain,
    "wave": _wave,
    "lamp": _lamp,
    "crown": _crown,
    "anchor": _anchor,
    "bell": _bell,
    "wineglass": _wineglass,
    "cross": _cross,
    "hash sign": _hash_sign,
    "percent sign": _percent,
    "asterisk": _asterisk,
    "equals sign": _equals,
}
