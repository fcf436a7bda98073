"""Lines -> batches for Keras: strips of about the same width together, freshly distorted to learn from."""

import math
from collections.abc import Sequence

import cv2
import keras
import numpy as np
from numpy.typing import NDArray

from hwr_core.datasets.lines.made import MOST_DIGITS, LineSample
from hwr_core.images.lines.strips import CHANNELS, STRIP_HEIGHT
from hwr_core.images.types import Grey
from hwr_core.recognition.types import NOT_A_DIGIT

WIDTH_UNIT = 16
"""Strips are padded to a multiple of this width, so that batches have few different shapes."""

MOST_STRETCH = 0.15
"""A strip is widened or narrowed by at most a factor of exp(this)."""

LineBatch = tuple[NDArray[np.float32], NDArray[np.int32]]


class LineBatches(keras.utils.PyDataset):  # type: ignore[misc]  # Keras ships no types
    """Batches of lines, epoch after epoch; undistorted if `augmentation` is 0. The same seed gives the same batches."""

    def __init__(
        self, lines: Sequence[LineSample], *, batch_size: int, augmentation: float, seed: int, epoch: int = 0
    ) -> None:
        super().__init__(workers=1, use_multiprocessing=False, max_queue_size=16)
        self._lines = sorted(lines, key=lambda line: line.strip.shape[1])
        self._batch_size = batch_size
        self._augmentation = augmentation
        self._seed = seed
        self._epoch = epoch
        self._order = self._shuffled()

    def __len__(self) -> int:
        """Return the number of batches in an epoch."""
        return math.ceil(len(self._lines) / self._batch_size)

    def __getitem__(self, index: int) -> LineBatch:
        """Return strips [n, 32, width, 2] in 0-1, and labels as `as_labels` makes them."""
        first = int(self._order[index]) * self._batch_size
        lines = self._lines[first : first + self._batch_size]
        strips = [line.strip for line in lines]
        # The same width in every epoch, whatever the distortions: Keras fixes the shape of an only batch for good.
        widest = math.ceil(max(strip.shape[1] for strip in strips) * np.exp(MOST_STRETCH * self._augmentation))
        if self._augmentation:
            rng = np.random.default_rng((self._seed, self._epoch, index))
            strips = [distort_strip(strip, self._augmentation, rng) for strip in strips]
        return side_by_side(strips, widest), as_labels([line.text for line in lines])

    def on_epoch_end(self) -> None:
        """Shuffle the order of the batches."""
        self._epoch += 1
        self._order = self._shuffled()

    def _shuffled(self) -> NDArray[np.intp]:
        """A random order of the batches. Lines of one width stay together: mixed, they would be mostly padding."""
        order = np.arange(len(self))
        if self._augmentation:
            order = np.random.default_rng((self._seed, self._epoch)).permutation(len(self))
        # Keras learns from the first two batches which sides may vary, so these are the narrowest and the widest.
        ends = [0, len(self) - 1]
        return np.concatenate([ends, order[~np.isin(order, ends)]])[: len(self)]


def distort_strip(strip: Grey, strength: float, rng: np.random.Generator) -> Grey:
    """Return a random variant of a strip: wider or narrower, leaning, higher or lower, thicker, fainter."""
    height, width = strip.shape[:2]
    stretch, size = (
        np.exp(rng.uniform(-MOST_STRETCH, MOST_STRETCH) * strength),
        np.exp(rng.uniform(-0.12, 0.08) * strength),
    )
    lean, turn = rng.uniform(-0.15, 0.15) * strength, rng.uniform(-0.02, 0.02) * strength
    rise = rng.uniform(-2.0, 2.0) * strength
    middle = (height - 1) / 2
    matrix = np.array(
        [
            [stretch, lean, -lean * middle],
            [turn, size, middle + rise - size * middle - turn * width / 2],
        ]
    )
    shape = max(WIDTH_UNIT, math.ceil(width * stretch)), height
    out = np.asarray(cv2.warpAffine(strip, matrix, shape, flags=cv2.INTER_LINEAR), np.uint8)
    chance = rng.uniform()
    if chance < 0.15 * strength:
        out = np.asarray(cv2.dilate(out, np.ones((2, 2), np.uint8)), np.uint8)
    elif chance < 0.3 * strength:
        out = np.asarray(cv2.GaussianBlur(out, (0, 0), rng.uniform(0.4, 0.9)), np.uint8)
    return np.asarray(out * rng.uniform(1.0 - 0.4 * strength, 1.0), np.uint8) if rng.uniform() < 0.3 else out


def side_by_side(strips: Sequence[Grey], least: int = 0) -> NDArray[np.float32]:
    """Return strips as a network takes them, float32 [n, 32, width, 2] in 0-1; narrower ones are padded at the right.

    Args:
        strips: uint8 [32, any width, 2].
        least: the smallest width.
    """
    widest = max(least, *(strip.shape[1] for strip in strips))
    out = np.zeros((len(strips), STRIP_HEIGHT, -(-widest // WIDTH_UNIT) * WIDTH_UNIT, CHANNELS), np.float32)
    for row, strip in zip(out, strips, strict=True):
        row[:, : strip.shape[1]] = strip / np.float32(255.0)
    return out


def as_labels(texts: Sequence[str]) -> NDArray[np.int32]:
    """Return texts of digits as int32 [n, 13]: twelve places with the digits and then NOT_A_DIGIT, and their number."""
    labels = np.full((len(texts), MOST_DIGITS + 1), NOT_A_DIGIT, np.int32)
    for row, text in zip(labels, texts, strict=True):
        row[: len(text)] = [int(digit) for digit in text]
        row[-1] = len(text)
    return labels
