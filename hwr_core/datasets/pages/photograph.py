"""What a phone or a scanner makes of a sheet: perspective, turns, surroundings, shadows, noise, compression."""

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.datasets.pages.types import MadeNumber, MadePage
from hwr_core.images.types import Grey

AS_IT_IS, SURROUNDED, ASKEW, LIGHT_ON_DARK = 0.15, 0.3, 0.6, 0.07
"""Shares of pages that no camera saw, as drawings on a canvas; of the others, those that lie on something, that lie
askew, and that are chalk boards or screens."""

MOST_ASKEW = 15.0
"""Degrees."""


def photographed(page: MadePage, rng: np.random.Generator) -> MadePage:
    """Return a page as somebody's camera or scanner sees it."""
    if rng.uniform() < AS_IT_IS:
        return page
    page = _laid_down(page, rng)
    image = page.image.astype(np.float32)
    if rng.uniform() < LIGHT_ON_DARK:
        image = 255.0 - image * rng.uniform(0.75, 1.0)
    image = _lit(image, rng)
    return MadePage(_sensed(image, rng), page.ink, page.numbers)


def _laid_down(page: MadePage, rng: np.random.Generator) -> MadePage:
    """Turn the sheet a little and see it in perspective, wholly within the picture or cut off by it."""
    height, width = page.image.shape
    surrounded = rng.uniform() < SURROUNDED
    if not surrounded and rng.uniform() > ASKEW:
        return page
    angle = np.radians(float(np.clip(rng.normal(0.0, 5.0), -MOST_ASKEW, MOST_ASKEW)))
    zoom = rng.uniform(0.72, 0.95) if surrounded else rng.uniform(0.95, 1.05)
    middle = np.array([width, height], np.float32) / 2
    corners = np.array([(0, 0), (width, 0), (width, height), (0, height)], np.float32)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    bend = rng.uniform(-0.04, 0.04, (4, 2)) * min(width, height) * (rng.uniform() < 0.6)
    target = ((corners - middle) @ turn * zoom + middle + bend).astype(np.float32)
    if surrounded:
        target += rng.uniform(-0.06, 0.06, 2) * (width, height)
    matrix = np.asarray(cv2.getPerspectiveTransform(corners, target.astype(np.float32)), np.float64)
    ground = _surroundings(width, height, rng) if surrounded else None
    return _warped(page, matrix, ground, rng)


def _warped(page: MadePage, matrix: NDArray[np.float64], ground: Grey | None, rng: np.random.Generator) -> MadePage:
    height, width = page.image.shape
    if ground is None:
        image = cv2.warpPerspective(page.image, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE)
    else:
        whole = cv2.warpPerspective(np.full_like(page.image, 255), matrix, (width, height))
        cover = np.asarray(whole / 255.0, np.float32)
        shadow = _softened(cover, max(1.0, 0.01 * width))
        seen = cv2.warpPerspective(page.image, matrix, (width, height)).astype(np.float32)
        below = ground * (1.0 - rng.uniform(0.0, 0.6) * shadow)
        image = (seen * 1.0 + below * (1.0 - cover)).astype(np.float32)
    ink = cv2.warpPerspective(page.ink, matrix, (width, height))
    numbers = tuple(
        MadeNumber(each.text, cv2.perspectiveTransform(each.corners[None], matrix)[0]) for each in page.numbers
    )
    return MadePage(np.clip(image, 0, 255).astype(np.uint8), np.where(ink > 127, 255, 0).astype(np.uint8), numbers)


def _surroundings(width: int, height: int, rng: np.random.Generator) -> Grey:
    """A table, cloth, a keyboard's edge: a tone with grain, stripes and things on it."""
    tone = rng.uniform(10, 200)
    cells = int(rng.integers(2, 40))
    coarse = rng.normal(0.0, rng.uniform(3, 30), (2 + cells, 2 + int(cells * rng.uniform(0.05, 1.0)))).astype(
        np.float32
    )
    ground = tone + cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(int(rng.integers(0, 5))):
        _thing(ground, rng)
    return np.asarray(np.clip(ground, 0, 255), np.uint8)


def _thing(ground: NDArray[np.float32], rng: np.random.Generator) -> None:
    """Put a thing of one tone, round or with corners, somewhere at the edge."""
    height, width = ground.shape
    side = rng.uniform(0.05, 0.4) * min(width, height)
    x, y = rng.uniform(0, width), rng.uniform(0, height)
    if rng.uniform() < 0.5:
        x = rng.choice([0, width])
    else:
        y = rng.choice([0, height])
    tone = float(rng.uniform(0, 255))
    if rng.uniform() < 0.5:
        axes = int(side), int(side * rng.uniform(0.2, 1.0))
        cv2.ellipse(ground, (int(x), int(y)), axes, rng.uniform(0, 180), 0, 360, tone, -1, cv2.LINE_AA)
    else:
        angles = np.sort(rng.uniform(0, 2 * np.pi, int(rng.integers(3, 7))))
        points = np.array([x, y]) + side * np.stack([np.cos(angles), np.sin(angles)], axis=1)
        cv2.fillPoly(ground, [points.astype(np.int32)], tone, cv2.LINE_AA)


def _lit(image: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Light from one side, dark corners, shadows with soft edges, and now and then a thing that lies on the page."""
    height, width = image.shape
    x, y = np.linspace(-1, 1, width, dtype=np.float32), np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    light = np.ones((height, width), np.float32)
    if rng.uniform() < 0.6:
        turn = rng.uniform(0, 2 * np.pi)
        light *= 1.0 + rng.uniform(0.0, 0.4) * (x * np.cos(turn) + y * np.sin(turn))
    if rng.uniform() < 0.35:
        light *= 1.0 - rng.uniform(0.1, 0.9) * np.clip((x**2 + y**2) / 2, 0, 1) ** rng.uniform(0.8, 2.5)
    for _ in range(int(rng.integers(0, 3)) * int(rng.uniform() < 0.4)):
        shadow = np.zeros((height, width), np.float32)
        points = rng.uniform(-0.3, 1.3, (int(rng.integers(3, 6)), 2)) * (width, height)
        cv2.fillPoly(shadow, [points.astype(np.int32)], 1.0)
        light *= 1.0 - rng.uniform(0.1, 0.55) * _softened(shadow, rng.uniform(1.0, 0.06 * width + 2))
    out = np.asarray(image * light, np.float32)
    if rng.uniform() < 0.12:
        _thing(out, rng)
    return out


def _softened(cover: NDArray[np.float32], sigma: float) -> NDArray[np.float32]:
    """Blur by a Gaussian of so many pixels; a wide one on fewer pixels, since nobody sees the difference."""
    fewer = max(1, int(sigma / 3))
    height, width = cover.shape
    small = cv2.resize(cover, (-(-width // fewer), -(-height // fewer)), interpolation=cv2.INTER_AREA)
    blurred = cv2.GaussianBlur(small, (0, 0), sigma / fewer)
    return np.asarray(cv2.resize(blurred, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def _sensed(image: NDArray[np.float32], rng: np.random.Generator) -> Grey:
    """Contrast, blur, noise and compression."""
    gain, offset = rng.uniform(0.6, 1.15), rng.uniform(-25, 45)
    image = np.asarray(np.clip(image * gain + offset, 0, 255), np.float32)
    if rng.uniform() < 0.5:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.3, 1.3)), np.float32)
    if rng.uniform() < 0.1:
        image = np.asarray(255.0 * (image / 255.0) ** rng.uniform(0.5, 1.8), np.float32)
    if rng.uniform() < 0.5:
        noise = rng.standard_normal(image.shape, np.float32) * np.float32(rng.uniform(1, 14))
        image = image + (cv2.GaussianBlur(noise, (0, 0), 0.8) * 1.8 if rng.uniform() < 0.4 else noise)
    grey = np.clip(image, 0, 255).astype(np.uint8)
    if rng.uniform() < 0.35:
        quality = int(rng.integers(25, 90))
        _, file = cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, quality])
        grey = np.asarray(cv2.imdecode(file, cv2.IMREAD_GRAYSCALE), np.uint8)
    if rng.uniform() < 0.04:  # a copy in black and white
        grey = np.where(grey > rng.uniform(0.4, 0.7) * grey.max(), 255, 0).astype(np.uint8)
    return np.asarray(grey, np.uint8)
