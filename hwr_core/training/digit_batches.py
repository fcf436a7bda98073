"""Samples of digits -> batches for Keras: shuffled and freshly distorted to learn from, unchanged to validate on."""

import math

import keras
import numpy as np
from numpy.typing import NDArray

from hwr_core.datasets.augment import Distortion, distort
from hwr_core.datasets.samples import Samples
from hwr_core.recognition.types import CLASSES

Batch = tuple[NDArray[np.float32], NDArray[np.float32]]

VALIDATION_BATCH_SIZE = 1024


class Batches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras ships no types
    """Shuffled batches, epoch after epoch, made beside the training step. The same seed gives the same batches."""

    def __init__(  # noqa: PLR0913  all but one by name
        self,
        samples: Samples,
        *,
        batch_size: int,
        augmentation: float,
        seed: int,
        epoch: int = 0,
        classes: int = CLASSES,
    ) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=16)
        self._samples = samples
        self._batch_size = batch_size
        self._distortion = Distortion().scaled(augmentation) if augmentation else None
        self._seed = seed
        self._epoch = epoch
        self._classes = classes
        self._order = self._shuffled()

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return math.ceil(len(self._samples) / self._batch_size)

    def __getitem__(self, index: int) -> Batch:
        """Return images [n, 28, 28, 1] in 0-1 and one-hot labels [n, classes]."""
        selected = np.sort(self._order[index * self._batch_size : (index + 1) * self._batch_size])
        images, labels = self._samples.images[selected], self._samples.labels[selected]
        if self._distortion:
            rng = np.random.default_rng((self._seed, self._epoch, index))
            images = distort(images, self._distortion, rng)
        return as_input(images), one_hot(labels, self._classes)

    def on_epoch_end(self) -> None:
        """Shuffle again."""
        self._epoch += 1
        self._order = self._shuffled()

    def _shuffled(self) -> NDArray[np.uint32]:
        return np.random.default_rng((self._seed, self._epoch)).permutation(len(self._samples)).astype(np.uint32)


class InOrder(keras.utils.PyDataset):  # type: ignore[misc]  # as above
    """The samples in their order, in batches large enough to keep a network busy and small enough for memory."""

    def __init__(self, samples: Samples, classes: int = CLASSES) -> None:
        super().__init__(workers=1, use_multiprocessing=False)
        self._samples = samples
        self._classes = classes

    def __len__(self) -> int:
        """Return the number of batches."""
        return math.ceil(len(self._samples) / VALIDATION_BATCH_SIZE)

    def __getitem__(self, index: int) -> Batch:
        """Return images and one-hot labels, as Batches does."""
        selected = slice(index * VALIDATION_BATCH_SIZE, (index + 1) * VALIDATION_BATCH_SIZE)
        return as_input(self._samples.images[selected]), one_hot(self._samples.labels[selected], self._classes)


def as_input(images: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return uint8 images [n, 28, 28] as the network takes them: float32 [n, 28, 28, 1] in 0-1."""
    return images[..., None].astype(np.float32) / np.float32(255.0)


def one_hot(labels: NDArray[np.uint8], classes: int = CLASSES) -> NDArray[np.float32]:
    """Return labels [n] as float32 [n, classes], a one in each row."""
    return np.eye(classes, dtype=np.float32)[labels]
