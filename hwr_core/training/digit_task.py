"""What the network for digits has to learn: samples of one image each, by cross-entropy."""

import keras

from hwr_core.training.architectures import build
from hwr_core.training.config import TrainingConfig
from hwr_core.training.data import TrainingData
from hwr_core.training.digit_batches import Batches, InOrder
from hwr_core.training.train import Task


def digit_task(config: TrainingConfig, data: TrainingData) -> Task:
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
