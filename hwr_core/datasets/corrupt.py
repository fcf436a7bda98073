"""Common corruptions of an image, as pure functions: grey image in, grey image out.

Dark ink on light paper, uint8, any size. Each takes a strength of 0 (hardly anything) to 1 (as bad as it gets while a
human still reads the digit) and a random generator. After Hendrycks and Dietterich (2019, "Benchmarking neural network
robustness to common corruptions"), with those that paper and phones add.
"""

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from hwr_core.images.types import Grey

SHEET_SIDE = 112

MOST_PULLED = 2.0
"""A narrow digit is made at most so many times as wide: a bare 1 would become a block."""

Corruption = Callable[[Grey, float, np.random.Generator], Grey]


def blur(image: Grey, strength: float, _: np.random.Generator) -> Grey:
    """Out of focus."""
    return _grey(cv2.GaussianBlur(image, (0, 0), _side(image) * (0.005 + 0.025 * strength)))


def motion(image: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """Shaken along a line."""
    length = max(3, round(_side(image) * (0.02 + 0.10 * strength)))
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1.0
    turn = cv2.getRotationMatrix2D(((length - 1) / 2, (length - 1) / 2), rng.uniform(0, 180), 1.0)
    kernel = np.asarray(cv2.warpAffine(kernel, turn, (length, length)), np.float32)
    return _grey(cv2.filter2D(image, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE))


def noise(image: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """The grain of a sensor in dim light."""
    return _clipped(image + rng.normal(0.0, 5 + 40 * strength, image.shape))


def speckle(image: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """Single pixels black or white."""
    out = image.copy()
    hit = rng.uniform(size=image.shape) < 0.002 + 0.02 * strength
    out[hit] = rng.choice(np.array([0, 255], np.uint8), int(hit.sum()))
    return out


def rotate(image: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """The sheet lies askew."""
    angle = (3 + 22 * strength) * rng.choice([-1.0, 1.0])
    return _warped(image, cv2.getRotationMatrix2D(_middle(image), angle, 1.0))


def shift(image: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """The digit stands far from the middle, on a larger sheet."""
    reach = int(_side(image) * (0.2 + 0.8 * strength))
    before = rng.integers(0, reach + 1, 2)
    top, left = (int(each) for each in before)
    return _grey(
        cv2.copyMakeBorder(
            image, top, reach - top, left, reach - left, cv2.BORDER_CONSTANT, value=[int(np.median(image))]
        )
    )


def scale(image: Grey, strength: float, _: np.random.Generator) -> Grey:
    """Few pixels: taken from afar."""
    factor = 1.0 - (0.2 + 0.6 * strength)
    return _grey(cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))


def stretch(image: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """Pixels that are not square: a form scanned at two resolutions."""
    factor = 1.1 + 0.6 * strength
    is_wide = rng.uniform() < 0.5
    across, along = (factor, 1.0) if is_wide else (1.0, factor)
    return _grey(cv2.resize(image, None, fx=across, fy=along, interpolation=cv2.INTER_LINEAR))


def contrast(image: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """Faint pencil, or a grey copy."""
    left = 1.0 - (0.4 + 0.5 * strength)
    background = rng.uniform(130, 240)
    return _clipped(background + (image.astype(np.float32) - np.median(image)) * left)


def shadow(image: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """Light from one side."""
    height, width = image.shape
    angle = rng.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    light = 1.0 - (0.2 + 0.5 * strength) * (0.5 + 0.5 * (np.cos(angle) * columns + np.sin(angle) * rows) / np.sqrt(2))
    return _clipped(image * light)


def stripes(image: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """The pattern of a screen or of security paper."""
    width = image.shape[1]
    period = rng.uniform(4, 9)
    wave = np.sin(2 * np.pi * (np.arange(width) / period + rng.uniform()))
    return _clipped(image - (8 + 32 * strength) * (0.5 + 0.5 * wave))


def ruled(image: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """Ruled or squared paper under the digit, its lines paler than the ink."""
    out = image.copy()
    height, width = image.shape
    gap = max(6, int(_side(image) * rng.uniform(0.2, 0.35)))
    tone = int(np.median(image) * (1.0 - 0.15 - 0.25 * strength))
    for row in range(int(rng.integers(gap)), height, gap):
        out[row] = np.minimum(out[row], tone)
    if rng.uniform() < strength:
        for column in range(int(rng.integers(gap)), width, gap):
            out[:, column] = np.minimum(out[:, column], tone)
    return out


def jpeg(image: Grey, strength: float, _: np.random.Generator) -> Grey:
    """Squeezed by a messenger."""
    content = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, round(40 - 35 * strength)])[1]
    return _grey(cv2.imdecode(content, cv2.IMREAD_GRAYSCALE))


def negative(image: Grey, strength: float, _: np.random.Generator) -> Grey:
    """White on black, the fainter the stronger."""
    return _clipped((255.0 - image) * (1.0 - 0.5 * strength))


def coarse(image: Grey, strength: float, _: np.random.Generator) -> Grey:
    """A scan or a thumbnail of few pixels: 40 to 15 of them high, with the margin around a digit or a line."""
    factor = min(1.0, (40 - 25 * strength) / image.shape[0])
    return _grey(cv2.resize(image, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))


def bilevel(image: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """Black and white only, as from a fax or a form scanner, with a threshold too light or too dark."""
    background, ink = float(np.median(image)), float(np.quantile(image, 0.02))
    threshold = ink + (background - ink) * (0.5 + rng.choice([-1.0, 1.0]) * 0.25 * strength)
    return np.where(image > threshold, 255, 0).astype(np.uint8)


def cropped(image: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """Cropped with hardly a margin, and half of the time stretched towards a square, as form readers do."""
    background, ink = float(np.median(image)), float(np.quantile(image, 0.02))
    left, top, width, height = cv2.boundingRect(np.asarray(image < (background + ink) / 2, np.uint8))
    margin = round((1.0 - strength) * 0.15 * _side(image))
    rows = np.s_[max(0, top - margin) : top + height + margin]
    out = np.ascontiguousarray(image[rows, max(0, left - margin) : left + width + margin])
    if not out.size or rng.uniform() < 0.5:
        return out if out.size else image
    height, width = out.shape
    wider = float(np.clip(height / width, 1 / MOST_PULLED, MOST_PULLED) ** rng.uniform())
    return _grey(cv2.resize(out, None, fx=wider, fy=1.0, interpolation=cv2.INTER_LINEAR))


CORRUPTIONS: Mapping[str, Corruption] = {
    corruption.__name__: corruption
    for corruption in (
        blur,
        motion,
        noise,
        speckle,
        rotate,
        shift,
        scale,
        stretch,
        contrast,
        shadow,
        stripes,
        ruled,
        jpeg,
        negative,
        coarse,
        bilevel,
        cropped,
    )
}

STEPS: tuple[tuple[float, tuple[Corruption, ...]], ...] = (
    (0.20, (cropped,)),
    (0.25, (ruled, stripes, shadow)),
    (0.35, (contrast,)),
    (0.35, (stretch,)),
    (0.30, (blur, motion)),
    (0.50, (coarse, coarse, scale)),
    (0.25, (noise, speckle)),
    (0.35, (jpeg, bilevel, bilevel)),
)
"""The steps from paper to file: how often an image is corrupted at each, and by one of which."""


def degrade(image: Grey, rng: np.random.Generator) -> Grey:
    """Return the image as it may arrive: corrupted at some of the steps, mostly a little.

    Args:
        image: dark ink on light paper, uint8, as `on_paper` makes it.
        rng: decides at which steps, by what and how badly.
    """
    for chance, corruptions in STEPS:
        if rng.uniform() < chance:
            corruption = corruptions[int(rng.integers(len(corruptions)))]
            image = corruption(image, float(rng.uniform() ** 1.5), rng)
    return image


def on_paper(image: Grey) -> Grey:
    """Return the image dark on light, about a hundred pixels high, with a margin: large enough to be corrupted."""
    dark = image if np.median(image) > 127 else np.asarray(255 - image, np.uint8)
    factor = SHEET_SIDE / max(dark.shape)
    kind = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    large = np.asarray(cv2.resize(dark, None, fx=factor, fy=factor, interpolation=kind), np.uint8)
    margin = SHEET_SIDE // 8
    tone = [int(np.median(large))]
    wide = cv2.copyMakeBorder(large, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=tone)
    return np.asarray(wide, np.uint8)


def _side(image: Grey) -> int:
    return int(min(image.shape))


def _middle(image: Grey) -> tuple[float, float]:
    height, width = image.shape
    return (width - 1) / 2, (height - 1) / 2


def _warped(image: Grey, matrix: np.ndarray) -> Grey:
    height, width = image.shape
    background = [int(np.median(image))]
    return _grey(cv2.warpAffine(image, matrix, (width, height), borderMode=cv2.BORDER_CONSTANT, borderValue=background))


def _clipped(image: np.ndarray) -> Grey:
    return np.clip(np.round(image), 0, 255).astype(np.uint8)


def _grey(image: object) -> Grey:
    return np.asarray(image, np.uint8)
