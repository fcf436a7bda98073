"""Samples -> batches for Keras: shuffled and freshly distorted for learning, as they are for checking."""

import math

import keras
import numpy as np
from numpy.typing import NDArray

from hwr_core.datasets.samples import LABELS, Samples
from hwr_core.images.augment import Distortion, distort

Batch = tuple[NDArray[np.float32], NDArray[np.float32]]

CHECKED_AT_ONCE = 1024


class Batches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras ships no types
    """One epoch after another of shuffled batches, made beside the training step. The same seed gives the same."""

    def __init__(self, samples: Samples, *, batch_size: int, augmentation: float, seed: int, epoch: int = 0) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=16)
        self._samples = samples
        self._batch_size = batch_size
        self._distortion = Distortion().scaled(augmentation) if augmentation else None
        self._seed = seed
        self._epoch = epoch
        self._order = self._shuffled()

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return math.ceil(len(self._samples) / self._batch_size)

    def __getitem__(self, index: int) -> Batch:
        """Return images [n, 28, 28, 1] in 0-1 and one-hot labels [n, 11]."""
        chosen = np.sort(self._order[index * self._batch_size : (index + 1) * self._batch_size])
        images, labels = self._samples.images[chosen], self._samples.labels[chosen]
        if self._distortion:
            rng = np.random.default_rng((self._seed, self._epoch, index))
            images = distort(images, self._distortion, rng)
        return as_input(images), one_hot(labels)

    def on_epoch_end(self) -> None:
        """Shuffle anew."""
        self._epoch += 1
        self._order = self._shuffled()

    def _shuffled(self) -> NDArray[np.uint32]:
        return np.random.default_rng((self._seed, self._epoch)).permutation(len(self._samples)).astype(np.uint32)


class InOrder(keras.utils.PyDataset):  # type: ignore[misc]  # as above
    """The samples in their order, so many at a time that a network is kept busy and memory is not filled."""

    def __init__(self, samples: Samples) -> None:
        super().__init__(workers=1, use_multiprocessing=False)
        self._samples = samples

    def __len__(self) -> int:
        """Return the number of batches."""
        return math.ceil(len(self._samples) / CHECKED_AT_ONCE)

    def __getitem__(self, index: int) -> Batch:
        """Return images and one-hot labels, as Batches does."""
        chosen = slice(index * CHECKED_AT_ONCE, (index + 1) * CHECKED_AT_ONCE)
        return as_input(self._samples.images[chosen]), one_hot(self._samples.labels[chosen])


def as_input(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return uint8 images [n, 28, 28] as the network takes them: float32 [n, 28, 28, 1] in 0-1."""
    return images[..., None].astype(np.float32) / np.float32(255.0)


def one_hot(labels: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return labels [n] as float32 [n, 11], a one in each row."""
    return np.eye(LABELS, dtype=np.float32)[labels]
