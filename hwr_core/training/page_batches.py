"""Crops of made pages -> batches for Keras, freshly turned, lit and flipped in tone to learn from."""

import math
from collections.abc import Sequence

import keras
import numpy as np
from numpy.typing import NDArray

from hwr_core.datasets.pages.crops import PageCrop
from hwr_core.images.pages import ACROSS, DOWN, INK, MAPS, MIDDLE

TURNED = 0.3
"""Share of crops that lie on their side or upside down."""

PageBatch = tuple[NDArray[np.float32], NDArray[np.float32]]


class PageBatches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras ships no types
    """Batches of crops, epoch after epoch; as they are if not `augmented`. The same seed gives the same batches."""

    def __init__(
        self, crops: Sequence[PageCrop], *, batch_size: int, augmented: bool, seed: int, epoch: int = 0
    ) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=8)
        self._crops = crops
        self._batch_size = batch_size
        self._augmented = augmented
        self._seed = seed
        self._epoch = epoch
        self._order = self._shuffled()

    def __len__(self) -> int:
        """Return the number of whole batches in an epoch."""
        return max(1, len(self._crops) // self._batch_size)

    def __getitem__(self, index: int) -> PageBatch:
        """Return images [n, 384, 384, 1] in 0-1 and maps [n, 192, 192, 7] as `hwr_core.images.pages` names them."""
        places = self._order[index * self._batch_size : (index + 1) * self._batch_size]
        rng = np.random.default_rng((self._seed, self._epoch, index))
        pairs = [self._pair(self._crops[place], rng) for place in places]
        return np.stack([image for image, _ in pairs]), np.stack([maps for _, maps in pairs])

    def on_epoch_end(self) -> None:
        """Shuffle the order of the crops."""
        self._epoch += 1
        self._order = self._shuffled()

    def _shuffled(self) -> NDArray[np.intp]:
        order = np.arange(len(self._crops))
        return np.random.default_rng((self._seed, self._epoch)).permutation(order) if self._augmented else order

    def _pair(self, crop: PageCrop, rng: np.random.Generator) -> PageBatch:
        quarters = int(rng.integers(1, 4)) if self._augmented and rng.uniform() < TURNED else 0
        image = np.rot90(crop.image, -quarters).astype(np.float32) / 255.0
        if self._augmented:
            image = _varied(image, rng)
        return image[..., None], maps_of(crop, quarters)


def maps_of(crop: PageCrop, quarters: int = 0) -> NDArray[np.float32]:
    """Return the maps of a crop that was turned clockwise by so many right angles, float32 [192, 192, 7]."""
    ink, middle = np.rot90(crop.ink, -quarters) > 0, np.rot90(crop.middle, -quarters) > 0
    angle = np.rot90(crop.turn, -quarters).astype(np.float32) * (math.pi / 127) + quarters * math.pi / 2
    maps = np.empty((*middle.shape, MAPS), np.float32)
    maps[..., INK] = np.stack([ink[0::2, 0::2], ink[0::2, 1::2], ink[1::2, 0::2], ink[1::2, 1::2]], axis=-1)
    maps[..., MIDDLE] = middle
    maps[..., ACROSS], maps[..., DOWN] = np.cos(angle), np.sin(angle)
    return maps


def _varied(image: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """Another light, another contrast, a little noise."""
    out = image * rng.uniform(0.7, 1.1) + rng.uniform(-0.08, 0.12)
    if rng.uniform() < 0.2:
        out += rng.standard_normal(image.shape, np.float32) * np.float32(rng.uniform(0.0, 0.05))
    return np.asarray(np.clip(out, 0.0, 1.0), np.float32)
