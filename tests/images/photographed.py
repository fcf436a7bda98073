"""Digits as photos and screenshots show them: an object beside them, dark corners, a panel, lines, a 1 up to the edge.

Pure functions on a drawing, black on white, that draw what surrounds it from a random generator.
"""

from collections.abc import Callable, Mapping

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.images.types import Grey

SIDE = 320

Surround = Callable[[Grey, np.random.Generator], Grey]


def photographed(image: Grey, rng: np.random.Generator, surround: str) -> Grey:
    """Return the drawing with the surroundings of this name, with the grain of a camera."""
    return grainy(SURROUNDINGS[surround](image, rng), rng)


def grainy(image: Grey, rng: np.random.Generator) -> Grey:
    """Add a little noise to each pixel."""
    return np.clip(image + rng.normal(0, rng.uniform(0.3, 2.5), image.shape), 0, 255).round().astype(np.uint8)


def paper(image: Grey, rng: np.random.Generator) -> NDArray[np.float64]:
    """Return the drawing with ink and paper of other tones."""
    light, dark = rng.uniform(190, 250), rng.uniform(10, 70)
    return np.asarray(dark + (light - dark) * image / 255.0, np.float64)


def plain(image: Grey, rng: np.random.Generator) -> Grey:
    """Nothing around it."""
    return paper(image, rng).round().astype(np.uint8)


def dark_object(image: Grey, rng: np.random.Generator) -> Grey:
    """Something dark at an edge or over a corner of the photo, sharp or with a soft shadow, clear of the digit."""
    side = image.shape[0]
    for _ in range(100):
        shape = _object(side, rng)
        if not (cv2.dilate(shape, np.ones((side // 8 | 1, side // 8 | 1))) * (image < 128)).any():
            break
    else:
        return dark_object(image, rng)
    soft = cv2.GaussianBlur(shape, (0, 0), side * rng.uniform(0.002, 0.02))
    share = np.maximum(shape * 0.999, soft) if rng.uniform() < 0.3 else soft
    return (paper(image, rng) * (1 - share) + rng.uniform(15, 120) * share).round().astype(np.uint8)


def _object(side: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """A rectangle across an edge, straight or askew, or a disc: 1 where the object is."""
    shape = np.zeros((side, side), np.float64)
    along, deep = rng.uniform(0.0, 1.0), rng.uniform(0.06, 0.3)
    if rng.uniform() < 0.25:
        radius = rng.uniform(0.15, 0.4)
        cv2.circle(shape, _at(side, along, radius - deep), round(radius * side), 1.0, -1)
    else:
        length = rng.uniform(0.2, 1.6)
        corners = np.array([[along - length / 2, -1], [along + length / 2, -1], [along + length / 2, deep]])
        corners = np.vstack([corners, [[along - length / 2, deep]]])
        turn = np.deg2rad(rng.normal(0, 6))
        spun = (corners - [along, 0]) @ [[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]] + [along, 0]
        cv2.fillPoly(shape, [np.round(spun * side).astype(np.int32)], 1.0)
    return np.rot90(shape, int(rng.integers(4))).copy()


def _at(side: int, along: float, outside: float) -> tuple[int, int]:
    return round(along * side), round(-outside * side)


def vignette(image: Grey, rng: np.random.Generator) -> Grey:
    """Corners 50 to 95 % darker than the middle."""
    side = image.shape[0]
    down, right = np.mgrid[-1 : 1 : side * 1j, -1 : 1 : side * 1j]
    centre = rng.uniform(-0.2, 0.2, 2)
    square = (down - centre[0]) ** 2 + (right - centre[1]) ** 2
    light = 1 - rng.uniform(0.5, 0.95) * (square / square.max()) ** rng.uniform(0.7, 2.0)
    return (paper(image, rng) * light).round().astype(np.uint8)


def panel(image: Grey, rng: np.random.Generator) -> Grey:
    """A light digit on a dark panel with a light margin on all sides, or on some."""
    side = image.shape[0]
    light, dark = rng.uniform(190, 255), rng.uniform(0, 90)
    chalk = dark + rng.uniform(0.6, 1.0) * (light - dark) * (255 - image) / 255.0
    margins = [round(side * rng.uniform(0.04, 0.6)) if rng.uniform() < 0.85 else 0 for _ in range(4)]
    if not any(margins):
        margins[0] = side // 4
    framed = cv2.copyMakeBorder(chalk, *margins, cv2.BORDER_CONSTANT, value=light)  # type: ignore[call-overload]
    return cv2.GaussianBlur(framed, (0, 0), rng.uniform(0.4, 2.0)).round().astype(np.uint8)


def light_panel(image: Grey, rng: np.random.Generator) -> Grey:
    """A dark digit on a light panel with a dark margin: a sheet on a dark table."""
    return np.asarray(255 - panel(image, rng), np.uint8)


def ruled(image: Grey, rng: np.random.Generator) -> Grey:
    """Ruled paper."""
    return _with_lines(paper(image, rng), rng, columns=False)


def squared(image: Grey, rng: np.random.Generator) -> Grey:
    """Squared paper."""
    return _with_lines(paper(image, rng), rng, columns=True)


def _with_lines(sheet: NDArray[np.float64], rng: np.random.Generator, *, columns: bool) -> Grey:
    side = sheet.shape[0]
    gap, wide = round(side * rng.uniform(0.09, 0.35)), int(rng.integers(1, 4))
    tone = sheet.max() * rng.uniform(0.45, 0.85)
    lines = np.full_like(sheet, sheet.max())
    for start in range(int(rng.integers(gap)), side, gap):
        lines[start : start + wide] = tone
        if columns:
            lines[:, start : start + wide] = tone
    return np.minimum(sheet, lines).round().astype(np.uint8)


def one(rng: np.random.Generator, *, lines: bool = False) -> Grey:
    """A stroke from edge to edge, or nearly, upright or slanting, of any pen; with `lines` on ruled paper."""
    side = SIDE
    image = np.full((side, side), 255, np.uint8)
    slant, middle = rng.uniform(-0.25, 0.4), rng.uniform(0.35, 0.65)
    top, bottom = (rng.choice([-0.05, 0.0, rng.uniform(0, 0.05)]) for _ in range(2))
    ends = np.array([[middle + slant * (0.5 - top), top], [middle - slant * (0.5 - bottom), 1 - bottom]])
    bent = np.array([[ends[:, 0].mean() + rng.normal(0, 0.008), 0.5]])
    points = np.round(np.vstack([ends[:1], bent, ends[1:]]) * side).astype(np.int32)
    cv2.polylines(image, [points], False, 0, round(side * rng.uniform(0.02, 0.08)), cv2.LINE_AA)
    return grainy(ruled(image, rng) if lines else plain(image, rng), rng)


SURROUNDINGS: Mapping[str, Surround] = {
    kind.__name__: kind for kind in (plain, dark_object, vignette, panel, light_panel, ruled, squared)
}
