"""Pictures of nothing: noise of many grains and contrasts, folds and shadows, as samples of "not a digit"."""

from collections.abc import Iterator

import cv2
import numpy as np

from hwr_core.datasets.normalised import normalised_samples
from hwr_core.datasets.samples import NOT_A_DIGIT, Samples
from hwr_core.records import Grey


def noise_samples(count: int, seed: int) -> Samples:
    """Return what the normaliser lets through of so many noise pictures; most have no ink and are left out."""
    return normalised_samples(_noise(count, np.random.default_rng(seed)), np.full(count, NOT_A_DIGIT))


def _noise(count: int, rng: np.random.Generator) -> Iterator[Grey]:
    for _ in range(count):
        side = int(rng.integers(20, 160))
        grain = np.exp(rng.uniform(np.log(0.5), np.log(side / 4)))
        field = cv2.GaussianBlur(rng.normal(size=(side, side)).astype(np.float32), (0, 0), grain)
        field = np.abs(field) if rng.uniform() < 0.3 else field
        picture = (field - field.mean()) / max(float(field.std()), 1e-6)
        picture = np.sign(picture) * np.abs(picture) ** rng.uniform(1.0, 4.0)
        yield np.clip(rng.uniform(60, 200) + rng.uniform(10, 60) * picture, 0, 255).astype(np.uint8)
