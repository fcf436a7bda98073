"""What the network of digits has to learn: samples of one image each, by cross-entropy."""

from dataclasses import dataclass

import keras

from hwr_core.datasets.samples import Samples
from hwr_core.training.architectures import build
from hwr_core.training.config import TrainingConfig
from hwr_core.training.digit_batches import Batches, InOrder
from hwr_core.training.train import Task


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Samples to learn from, and samples of other writers to choose by."""

    training: Samples
    validation: Samples


def digits_task(config: TrainingConfig, data: TrainingData) -> Task:
    """Return the task of reading single digits."""

    def batches(epoch: int) -> Batches:
        return Batches(
            data.training,
            batch_size=config.batch_size,
            augmentation=config.augmentation,
            seed=config.seed,
            epoch=epoch,
        )

    return Task(
        network=lambda: build(config.architecture),
        batches=batches,
        validation=InOrder(data.validation),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=config.label_smoothing),
    )
