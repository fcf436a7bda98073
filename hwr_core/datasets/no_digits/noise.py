"""Images of nothing: noise of many grains and contrasts, folds and shadows, as samples of "not a digit"."""

from collections.abc import Iterator

import cv2
import numpy as np

from hwr_core.datasets.samples import LabelledImage
from hwr_core.images.types import Grey
from hwr_core.recognition.types import NOT_A_DIGIT


def noise(count: int, seed: int) -> Iterator[LabelledImage]:
    """Yield so many noise images; in most of them preprocessing finds no ink."""
    return ((image, NOT_A_DIGIT) for image in _noise(count, np.random.default_rng(seed)))


def _noise(count: int, rng: np.random.Generator) -> Iterator[Grey]:
    for _ in range(count):
        side = int(rng.integers(20, 160))
        grain = np.exp(rng.uniform(np.log(0.5), np.log(side / 4)))
        field = cv2.GaussianBlur(rng.normal(size=(side, side)).astype(np.float32), (0, 0), grain)
        field = np.abs(field) if rng.uniform() < 0.3 else field
        image = (field - field.mean()) / max(float(field.std()), 1e-6)
        image = np.sign(image) * np.abs(image) ** rng.uniform(1.0, 4.0)
        yield np.clip(rng.uniform(60, 200) + rng.uniform(10, 60) * image, 0, 255).astype(np.uint8)
