"""What may happen to a picture on its way to a reader, as pure functions: grey picture in, grey picture out.

Dark ink on light paper, uint8, any size. Each takes a strength of 0 (hardly anything) to 1 (as bad as it gets while a
person still reads the digit) and a random generator. After Hendrycks and Dietterich (2019, "Benchmarking neural network
robustness to common corruptions"), with what paper and phones add.
"""

from collections.abc import Callable, Mapping

import cv2
import numpy as np

from hwr_core.images.types import Grey

SPOILT_SIDE = 112

MOST_PULLED = 2.0
"""A narrow digit is made at most so many times as wide: a bare 1 would become a block."""

Corruption = Callable[[Grey, float, np.random.Generator], Grey]


def blur(picture: Grey, strength: float, _: np.random.Generator) -> Grey:
    """Out of focus."""
    return _grey(cv2.GaussianBlur(picture, (0, 0), _side(picture) * (0.005 + 0.025 * strength)))


def motion(picture: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """Shaken along a line."""
    length = max(3, round(_side(picture) * (0.02 + 0.10 * strength)))
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1.0
    turn = cv2.getRotationMatrix2D(((length - 1) / 2, (length - 1) / 2), rng.uniform(0, 180), 1.0)
    kernel = np.asarray(cv2.warpAffine(kernel, turn, (length, length)), np.float32)
    return _grey(cv2.filter2D(picture, -1, kernel / kernel.sum(), borderType=cv2.BORDER_REPLICATE))


def noise(picture: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """The grain of a sensor in dim light."""
    return _clipped(picture + rng.normal(0.0, 5 + 40 * strength, picture.shape))


def speckle(picture: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """Single pixels black or white."""
    out = picture.copy()
    hit = rng.uniform(size=picture.shape) < 0.002 + 0.02 * strength
    out[hit] = rng.choice(np.array([0, 255], np.uint8), int(hit.sum()))
    return out


def rotate(picture: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """The sheet lies askew."""
    angle = (3 + 22 * strength) * rng.choice([-1.0, 1.0])
    return _warped(picture, cv2.getRotationMatrix2D(_middle(picture), angle, 1.0))


def shift(picture: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """The digit stands far from the middle, on a larger sheet."""
    reach = int(_side(picture) * (0.2 + 0.8 * strength))
    before = rng.integers(0, reach + 1, 2)
    top, left = (int(each) for each in before)
    return _grey(
        cv2.copyMakeBorder(
            picture, top, reach - top, left, reach - left, cv2.BORDER_CONSTANT, value=[int(np.median(picture))]
        )
    )


def scale(picture: Grey, strength: float, _: np.random.Generator) -> Grey:
    """Few pixels: taken from afar."""
    factor = 1.0 - (0.2 + 0.6 * strength)
    return _grey(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))


def stretch(picture: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """Pixels that are not square: a form scanned at two resolutions."""
    factor = 1.1 + 0.6 * strength
    is_wide = rng.uniform() < 0.5
    across, along = (factor, 1.0) if is_wide else (1.0, factor)
    return _grey(cv2.resize(picture, None, fx=across, fy=along, interpolation=cv2.INTER_LINEAR))


def contrast(picture: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """Faint pencil, or a grey copy."""
    left = 1.0 - (0.4 + 0.5 * strength)
    paper = rng.uniform(130, 240)
    return _clipped(paper + (picture.astype(np.float32) - np.median(picture)) * left)


def shadow(picture: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """Light from one side."""
    height, width = picture.shape
    angle = rng.uniform(0, 2 * np.pi)
    rows, columns = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j]
    light = 1.0 - (0.2 + 0.5 * strength) * (0.5 + 0.5 * (np.cos(angle) * columns + np.sin(angle) * rows) / np.sqrt(2))
    return _clipped(picture * light)


def stripes(picture: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """The pattern of a screen or of security paper."""
    width = picture.shape[1]
    period = rng.uniform(4, 9)
    wave = np.sin(2 * np.pi * (np.arange(width) / period + rng.uniform()))
    return _clipped(picture - (8 + 32 * strength) * (0.5 + 0.5 * wave))


def ruled(picture: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """Ruled or squared paper under the digit, its lines paler than the ink."""
    out = picture.copy()
    height, width = picture.shape
    gap = max(6, int(_side(picture) * rng.uniform(0.2, 0.35)))
    tone = int(np.median(picture) * (1.0 - 0.15 - 0.25 * strength))
    for row in range(int(rng.integers(gap)), height, gap):
        out[row] = np.minimum(out[row], tone)
    if rng.uniform() < strength:
        for column in range(int(rng.integers(gap)), width, gap):
            out[:, column] = np.minimum(out[:, column], tone)
    return out


def jpeg(picture: Grey, strength: float, _: np.random.Generator) -> Grey:
    """Squeezed by a messenger."""
    content = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, round(40 - 35 * strength)])[1]
    return _grey(cv2.imdecode(content, cv2.IMREAD_GRAYSCALE))


def negative(picture: Grey, strength: float, _: np.random.Generator) -> Grey:
    """White on black, the fainter the stronger."""
    return _clipped((255.0 - picture) * (1.0 - 0.5 * strength))


def coarse(picture: Grey, strength: float, _: np.random.Generator) -> Grey:
    """A scan or a thumbnail of few pixels: 40 to 15 of them high, with the margin around a digit or a line."""
    factor = min(1.0, (40 - 25 * strength) / picture.shape[0])
    return _grey(cv2.resize(picture, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))


def bilevel(picture: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """Black and white only, as a fax or a form scanner has it, parted too light or too dark."""
    paper, ink = float(np.median(picture)), float(np.quantile(picture, 0.02))
    part = ink + (paper - ink) * (0.5 + rng.choice([-1.0, 1.0]) * 0.25 * strength)
    return np.where(picture > part, 255, 0).astype(np.uint8)


def cropped(picture: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """Cut out to its ink with hardly a margin, and half of the time pulled towards a square, as readers of forms do."""
    paper, ink = float(np.median(picture)), float(np.quantile(picture, 0.02))
    left, top, width, height = cv2.boundingRect(np.asarray(picture < (paper + ink) / 2, np.uint8))
    margin = round((1.0 - strength) * 0.15 * _side(picture))
    rows = np.s_[max(0, top - margin) : top + height + margin]
    out = np.ascontiguousarray(picture[rows, max(0, left - margin) : left + width + margin])
    if not out.size or rng.uniform() < 0.5:
        return out if out.size else picture
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

ON_THE_WAY: tuple[tuple[float, tuple[Corruption, ...]], ...] = (
    (0.20, (cropped,)),
    (0.25, (ruled, stripes, shadow)),
    (0.35, (contrast,)),
    (0.35, (stretch,)),
    (0.30, (blur, motion)),
    (0.50, (coarse, coarse, scale)),
    (0.25, (noise, speckle)),
    (0.35, (jpeg, bilevel, bilevel)),
)
"""The stations of a picture from paper to file: how often it is spoilt there, and by one of which."""


def degrade(picture: Grey, rng: np.random.Generator) -> Grey:
    """Return the picture as it may come in: spoilt at some stations on its way, mostly a little.

    Args:
        picture: dark ink on light paper, uint8, as `on_paper` makes it.
        rng: decides where, by what and how badly.
    """
    for chance, corruptions in ON_THE_WAY:
        if rng.uniform() < chance:
            corruption = corruptions[int(rng.integers(len(corruptions)))]
            picture = corruption(picture, float(rng.uniform() ** 1.5), rng)
    return picture


def on_paper(picture: Grey) -> Grey:
    """Return the picture about a hundred pixels high, dark on light, with a margin: so there is something to spoil."""
    dark = picture if np.median(picture) > 127 else np.asarray(255 - picture, np.uint8)
    factor = SPOILT_SIDE / max(dark.shape)
    kind = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    paper = np.asarray(cv2.resize(dark, None, fx=factor, fy=factor, interpolation=kind), np.uint8)
    margin = SPOILT_SIDE // 8
    tone = [int(np.median(paper))]
    wide = cv2.copyMakeBorder(paper, margin, margin, margin, margin, cv2.BORDER_CONSTANT, value=tone)
    return np.asarray(wide, np.uint8)


def _side(picture: Grey) -> int:
    return int(min(picture.shape))


def _middle(picture: Grey) -> tuple[float, float]:
    height, width = picture.shape
    return (width - 1) / 2, (height - 1) / 2


def _warped(picture: Grey, matrix: np.ndarray) -> Grey:
    height, width = picture.shape
    paper = [int(np.median(picture))]
    return _grey(cv2.warpAffine(picture, matrix, (width, height), borderMode=cv2.BORDER_CONSTANT, borderValue=paper))


def _clipped(picture: np.ndarray) -> Grey:
    return np.clip(np.round(picture), 0, 255).astype(np.uint8)


def _grey(picture: object) -> Grey:
    return np.asarray(picture, np.uint8)
