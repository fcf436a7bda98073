"""What the page network has to learn: where ink of digits is, where numbers are, and which way they are read.

Ink and middles by cross-entropy and the Dice coefficient (Milletari et al., 2016, "V-Net"), since few pixels are ink;
directions by the squared distance, where numbers are. Middles shrunk so that neighbours keep apart are those of Liao et
al., 2020, "Real-time scene text detection with differentiable binarization"; that what lies between neighbours counts
more is the weight map of Ronneberger et al., 2015, "U-Net".
"""

from collections.abc import Sequence
from typing import Any

from keras import ops

from hwr_core.datasets.pages.crops import PageCrop
from hwr_core.images.pages import ACROSS, INK, MIDDLE
from hwr_core.training.architectures import build_for_pages
from hwr_core.training.config import TrainingConfig
from hwr_core.training.page_batches import PageBatches
from hwr_core.training.train import Task

BATCH_SIZE = 8
SMOOTH = 1.0

BETWEEN, APART = 25, 4.0
"""Middles at most so many places apart are neighbours: a place between them counts so many times more."""


def page_task(config: TrainingConfig, training: Sequence[PageCrop], validation: Sequence[PageCrop]) -> Task:
    """Return the task of finding numbers on pages."""

    def batches(epoch: int) -> PageBatches:
        return PageBatches(training, batch_size=BATCH_SIZE, augmented=True, seed=config.seed, epoch=epoch)

    return Task(
        network=build_for_pages,
        batches=batches,
        validation=PageBatches(validation, batch_size=BATCH_SIZE, augmented=False, seed=0),
        loss=page_loss,
        accuracy=accuracy,
    )


def page_loss(maps: Any, logits: Any) -> Any:
    """Return the loss of each crop: maps and logits [n, height, width, 7]."""
    maps = ops.cast(maps, "float32")
    logits = ops.cast(logits, "float32")
    ink = _where(maps[..., INK], logits[..., INK])
    truth = maps[..., MIDDLE : MIDDLE + 1]
    middle = _where(truth, logits[..., MIDDLE : MIDDLE + 1], 1.0 + APART * between(truth))
    inside = maps[..., MIDDLE]
    apart = ops.sum(ops.square(maps[..., ACROSS:] - ops.tanh(logits[..., ACROSS:])), axis=-1)
    turn = ops.sum(inside * apart, axis=(1, 2)) / (ops.sum(inside, axis=(1, 2)) + SMOOTH)
    return ink + middle + 0.3 * turn


def between(middle: Any) -> Any:
    """Return where something lies between middles, 1 there and 0 elsewhere: [n, height, width, 1] both.

    What a morphological closing of the middles adds to them; nothing lies beyond the edges.
    """
    room = BETWEEN // 2
    around = ops.pad(middle, ((0, 0), (room, room), (room, room), (0, 0)))
    closed = -_widened(-_widened(around))
    return closed[:, room:-room, room:-room] * (1.0 - middle)


def _widened(maps: Any) -> Any:
    for window in ((BETWEEN, 1), (1, BETWEEN)):
        maps = ops.max_pool(maps, window, 1, "same")
    return maps


def _where(truth: Any, logits: Any, weight: Any = 1.0) -> Any:
    entropy = ops.mean(ops.binary_crossentropy(truth, logits, from_logits=True) * weight, axis=(1, 2, 3))
    found = ops.sigmoid(logits)
    both = ops.sum(truth * found, axis=(1, 2, 3))
    all_of_them = ops.sum(truth, axis=(1, 2, 3)) + ops.sum(found, axis=(1, 2, 3))
    return 3.0 * entropy + 0.5 * (1.0 - (2.0 * both + SMOOTH) / (all_of_them + SMOOTH))


def accuracy(maps: Any, logits: Any) -> Any:
    """Return, for each batch, the share of ink and found ink that is both (intersection over union)."""
    truth, found = ops.cast(maps, "float32")[..., INK] > 0.5, logits[..., INK] > 0.0
    both = ops.sum(ops.cast(ops.logical_and(truth, found), "float32"))
    either = ops.sum(ops.cast(ops.logical_or(truth, found), "float32"))
    return (both + SMOOTH) / (either + SMOOTH) + 0.0 * ops.mean(logits)
