"""Random variants of 28x28 images for training: what pens, paper, cameras and imperfect preprocessing do."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from hwr_core.images.types import SIDE, Grey

ELASTIC_GRID = 5


@dataclass(frozen=True, slots=True)
class Distortion:
    """How far `distort` goes at most: degrees, shares and pixels of the 28x28 image."""

    turn: float = 12.0
    shear: float = 0.15
    stretch: float = 0.12
    shift: float = 1.5
    elastic: float = 1.2
    thicken: float = 0.15
    """Share of images whose strokes are made thicker, and of those made thinner."""
    blur: float = 0.2
    noise: float = 0.1
    light: float = 0.3
    """Share of images that get a little blur, of those that get noise, and of those whose ink is faint or uneven."""

    def scaled(self, strength: float) -> "Distortion":
        """Return the same distortion, every part of it `strength` times as strong."""
        return Distortion(
            *(
                value * strength
                for value in (
                    self.turn,
                    self.shear,
                    self.stretch,
                    self.shift,
                    self.elastic,
                    self.thicken,
                    self.blur,
                    self.noise,
                    self.light,
                )
            )
        )


def distort(images: Grey, distortion: Distortion, rng: np.random.Generator) -> Grey:
    """Return one random variant of each image, uint8 [n, 28, 28] like the input."""
    out = np.empty_like(images)
    for index, image in enumerate(images):
        out[index] = _texture(_warp(image, distortion, rng), distortion, rng)
    return out


def _warp(image: Grey, distortion: Distortion, rng: np.random.Generator) -> Grey:
    """Affine and elastic displacement in one sampling (Simard et al., 2003, "Best practices for CNNs")."""
    turn, shear, grow_x, grow_y = rng.uniform(-1.0, 1.0, 4) * (
        np.radians(distortion.turn),
        distortion.shear,
        distortion.stretch,
        distortion.stretch,
    )
    cos, sin = np.cos(turn), np.sin(turn)
    matrix = (
        np.array([[cos, -sin], [sin, cos]]) @ np.array([[1.0, shear], [0.0, 1.0]]) @ np.diag(np.exp([grow_x, grow_y]))
    )
    middle = (SIDE - 1) / 2
    offset = rng.uniform(-distortion.shift, distortion.shift, 2)
    where = CENTRED @ matrix.T.astype(np.float32) + (middle + offset).astype(np.float32)
    coarse = rng.uniform(-distortion.elastic, distortion.elastic, (ELASTIC_GRID, ELASTIC_GRID, 2)).astype(np.float32)
    where += cv2.resize(coarse, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.remap(image, where[..., 0], where[..., 1], cv2.INTER_LINEAR), np.uint8)


def _texture(image: Grey, distortion: Distortion, rng: np.random.Generator) -> Grey:
    thickness, softness, grain, light = rng.uniform(size=4)
    if thickness < distortion.thicken:
        image = _blend(image, np.asarray(cv2.dilate(image, CROSS), np.uint8), rng)
    elif thickness > 1.0 - distortion.thicken:
        image = _blend(image, np.asarray(cv2.erode(image, CROSS), np.uint8), rng)
    if softness < distortion.blur:
        image = np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 0.9)), np.uint8)
    if grain < distortion.noise:
        noisy = image + rng.normal(0.0, rng.uniform(5.0, 25.0), image.shape)
        image = np.clip(noisy, 0, 255).astype(np.uint8)
    if light < distortion.light:
        image = _lit(image, rng)
    return image


def _lit(image: Grey, rng: np.random.Generator) -> Grey:
    """Ink fainter on one side than on the other, as under a lamp or by a tired pen."""
    ends = rng.uniform(0.65, 1.0, (2, 2)).astype(np.float32)
    return (image * cv2.resize(ends, (SIDE, SIDE), interpolation=cv2.INTER_LINEAR)).astype(np.uint8)


def _blend(image: Grey, other: Grey, rng: np.random.Generator) -> Grey:
    share = rng.uniform(0.2, 0.9)
    return np.asarray(cv2.addWeighted(other, share, image, 1.0 - share, 0.0), np.uint8)


def _centred_grid() -> NDArray[np.float32]:
    axis = np.arange(SIDE, dtype=np.float32) - (SIDE - 1) / 2
    return np.stack(np.meshgrid(axis, axis), axis=-1)


CENTRED = _centred_grid()
CROSS = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)
