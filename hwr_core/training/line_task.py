"""What the line reader has to learn: strips of digits, by connectionist temporal classification.

CTC (Graves et al., 2006) does not need to know where each digit is: it adds up all ways of putting the digits of a line
onto its columns, with blanks between them.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from hwr_core.datasets.lines.made import LineSample
from hwr_core.recognition.ctc import log_likelihood, log_softmax
from hwr_core.recognition.types import NOT_A_DIGIT
from hwr_core.training.architectures import build_for_lines
from hwr_core.training.config import TrainingConfig
from hwr_core.training.line_batches import LineBatches, side_by_side
from hwr_core.training.train import Task

BATCH_SIZE = 64


def line_task(config: TrainingConfig, training: Sequence[LineSample], validation: Sequence[LineSample]) -> Task:
    """Return the task of reading lines of digits."""

    def batches(epoch: int) -> LineBatches:
        return LineBatches(
            training, batch_size=BATCH_SIZE, augmentation=config.augmentation, seed=config.seed, epoch=epoch
        )

    return Task(
        network=build_for_lines,
        batches=batches,
        validation=LineBatches(validation, batch_size=BATCH_SIZE, augmentation=0.0, seed=0),
        loss=ctc_loss,
        accuracy=accuracy,
    )


def ctc_loss(labels: Any, logits: Any) -> Any:
    """Return each line's negative log-likelihood: labels [n, 13], as `as_labels` has them, logits [n, columns, 11]."""
    known = ops.cast(labels, "int32")  # Keras passes labels in the type of the output
    columns = ops.zeros_like(known[:, -1]) + ops.shape(logits)[1]
    return ops.ctc_loss(known[:, :-1], logits, known[:, -1], columns, mask_index=NOT_A_DIGIT)


def accuracy(labels: Any, logits: Any) -> Any:
    """Return 1 for each line whose whole text is read right, taking the most probable digit or blank of each column."""
    known = ops.cast(labels, "int32")
    best = ops.cast(ops.argmax(logits, axis=-1), "int32")
    before = ops.pad(best[:, :-1], ((0, 0), (1, 0)), constant_values=NOT_A_DIGIT)
    begins = ops.logical_and(best != before, best != NOT_A_DIGIT)
    count = ops.cumsum(ops.cast(begins, "int32"), axis=1)
    place = ops.clip(count - 1, 0, known.shape[1] - 2)
    agrees = ops.take_along_axis(known[:, :-1], place, axis=1) == best
    same = ops.all(ops.logical_or(ops.logical_not(begins), agrees), axis=1)
    return ops.cast(ops.logical_and(same, count[:, -1] == known[:, -1]), "float32")


def fit_line_temperature(model: keras.Model, lines: Sequence[LineSample]) -> float:
    """Return the temperature at which the true texts of lines are most probable, to within about three percent."""
    candidates = np.exp(np.linspace(np.log(0.4), np.log(4.0), 80))
    logits = [np.asarray(model(side_by_side([line.strip]), training=False))[0] for line in lines]
    losses = [
        -sum(log_likelihood(log_softmax(each / t), line.text) for each, line in zip(logits, lines, strict=True))
        for t in candidates
    ]
    return float(candidates[int(np.argmin(losses))])
