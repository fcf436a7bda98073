"""Drawings of things that nothing is learned from: they show what a model makes of kinds that it has not seen."""

from collections.abc import Mapping

import numpy as np

from hwr_core.datasets.no_digits.drawings.pen import Draw, Stroke, arc, circle, line


def _guitar(rng: np.random.Generator) -> list[Stroke]:
    return [
        circle(0.3, 0.75, 0.25, rng),
        circle(0.5, 0.5, 0.17, rng),
        circle(0.35, 0.68, 0.07, rng),
        line((0.58, 0.38), (0.95, 0.03)),
        line((0.88, 0.0), (1.0, 0.12)),
    ]


def _cat(rng: np.random.Generator) -> list[Stroke]:
    ears = [line((x, 0.35), (x + lean, 0.0), (x + 2 * lean, 0.25)) for x, lean in ((0.15, 0.1), (0.85, -0.1))]
    whiskers = [line((0.5 + s * 0.1, 0.65), (0.5 + s * 0.55, y)) for s in (-1, 1) for y in (0.58, 0.72)]
    return [circle(0.5, 0.58, 0.4, rng), *ears, *whiskers, *(circle(x, 0.5, 0.04, rng) for x in (0.35, 0.65))]


def _umbrella(rng: np.random.Generator) -> list[Stroke]:
    return [
        arc(0.5, 0.45, 0.5, 0.42, 180, 360),
        *(arc(x, 0.45, 0.17, rng.uniform(0.04, 0.1), 180, 360) for x in (0.17, 0.5, 0.83)),
        np.concatenate([line((0.5, 0.05), (0.5, 0.9)), arc(0.6, 0.9, 0.1, 0.1, 180, 0)]),
    ]


def _car(rng: np.random.Generator) -> list[Stroke]:
    body = line((0, 0.75), (0, 0.5), (0.2, 0.5), (0.32, 0.25), (0.7, 0.25), (0.82, 0.5), (1, 0.5), (1, 0.75), (0, 0.75))
    return [body, *(circle(x, 0.78, rng.uniform(0.09, 0.13), rng) for x in (0.25, 0.75))]


def _boat(rng: np.random.Generator) -> list[Stroke]:
    sail = rng.uniform(0.6, 0.9)
    return [
        line((0, 0.75), (0.2, 1.0), (0.8, 1.0), (1.0, 0.75), (0, 0.75)),
        line((0.5, 0.75), (0.5, 0.0), (sail, 0.65), (0.5, 0.65)),
    ]


def _glasses(rng: np.random.Generator) -> list[Stroke]:
    size = rng.uniform(0.14, 0.2)
    return [
        circle(0.28, 0.5, size, rng),
        circle(0.72, 0.5, size, rng),
        arc(0.5, 0.5, 0.1, 0.07, 180, 360),
        line((0.1, 0.45), (0.0, 0.3)),
        line((0.9, 0.45), (1.0, 0.3)),
    ]


UNSEEN: Mapping[str, Draw] = {
    "guitar": _guitar,
    "cat": _cat,
    "umbrella": _umbrella,
    "car": _car,
    "boat": _boat,
    "glasses": _glasses,
}
