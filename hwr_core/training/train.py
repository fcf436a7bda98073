"""train(config, data) -> TrainingResult. Knows no registry, no store and no page; progress goes to a callback."""

import json
import math
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np

from hwr_core.datasets.samples import LABELS, Samples
from hwr_core.training.architectures import build
from hwr_core.training.batches import Batches, as_input
from hwr_core.training.config import TrainingConfig


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Samples to learn from, and samples of other writers to choose by."""

    training: Samples
    validation: Samples


@dataclass(frozen=True, slots=True)
class EpochResult:
    """How an epoch went. Accuracies are shares of all eleven labels read right, by the averaged weights."""

    epoch: int
    epochs: int
    seconds: float
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """The network of the best validation epoch, in float32, and how each epoch went."""

    model: keras.Model
    epochs: tuple[EpochResult, ...]


OnEpoch = Callable[[EpochResult], None]


def train(config: TrainingConfig, data: TrainingData, on_epoch: OnEpoch, checkpoints: Path) -> TrainingResult:
    """Train a network and return it at its best validation epoch.

    Args:
        config: what to train and how.
        data: what to train on; validation chooses the epoch.
        on_epoch: called after each epoch.
        checkpoints: a folder; a run that was stopped goes on after its last whole epoch when given the same one.
    """
    keras.utils.set_random_seed(config.seed)
    log = _EpochLog(checkpoints / "epochs.jsonl", config.epochs, on_epoch)
    best = checkpoints / "best.weights.h5"
    model = _compiled(config, steps=math.ceil(len(data.training) / config.batch_size))
    batches = Batches(
        data.training,
        batch_size=config.batch_size,
        augmentation=config.augmentation,
        seed=config.seed,
        epoch=len(log.results),
    )
    model.fit(
        batches,
        epochs=config.epochs,
        validation_data=(as_input(data.validation.pictures), np.eye(LABELS)[data.validation.labels]),
        validation_batch_size=1024,
        verbose=0,
        callbacks=[
            keras.callbacks.BackupAndRestore(checkpoints / "backup", delete_checkpoint=False),
            *([keras.callbacks.SwapEMAWeights(swap_on_epoch=True)] if config.ema_momentum else []),
            keras.callbacks.ModelCheckpoint(
                best,
                monitor="val_accuracy",
                mode="max",
                save_best_only=True,
                save_weights_only=True,
                initial_value_threshold=log.best_accuracy,
            ),
            log,
        ],
    )
    return TrainingResult(_in_float32(config, best), tuple(log.results))


def _compiled(config: TrainingConfig, steps: int) -> keras.Model:
    keras.mixed_precision.set_global_policy(config.precision)
    model = build(config.architecture)
    rate = keras.optimizers.schedules.CosineDecay(
        config.learning_rate * 0.01,
        decay_steps=max(1, steps * (config.epochs - 1)),
        warmup_target=config.learning_rate,
        warmup_steps=steps,
    )
    model.compile(
        optimizer=keras.optimizers.AdamW(
            rate,
            weight_decay=config.weight_decay,
            use_ema=config.ema_momentum > 0,
            ema_momentum=config.ema_momentum or None,
        ),
        loss=keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=config.label_smoothing),
        metrics=["accuracy"],
    )
    return model


def _in_float32(config: TrainingConfig, weights: Path) -> keras.Model:
    keras.mixed_precision.set_global_policy("float32")
    model = build(config.architecture)
    model.load_weights(weights)
    return model


class _EpochLog(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Keeps one line an epoch in a file, so that a resumed run knows what went before, and tells the caller."""

    def __init__(self, file: Path, epochs: int, on_epoch: OnEpoch) -> None:
        super().__init__()
        file.parent.mkdir(parents=True, exist_ok=True)
        self._file = file
        self._epochs = epochs
        self._on_epoch = on_epoch
        self._began = time.monotonic()
        lines = file.read_text(encoding="utf-8").splitlines() if file.exists() else []
        self.results = [EpochResult(**json.loads(line)) for line in lines]

    @property
    def best_accuracy(self) -> float | None:
        return max((result.val_accuracy for result in self.results), default=None)

    def on_epoch_begin(self, *_: object, **__: object) -> None:
        self._began = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        result = EpochResult(
            epoch=epoch + 1,
            epochs=self._epochs,
            seconds=time.monotonic() - self._began,
            **{name: float(logs[name]) for name in ("loss", "accuracy", "val_loss", "val_accuracy")},
        )
        self.results.append(result)
        with self._file.open("a", encoding="utf-8") as file:
            file.write(json.dumps(asdict(result)) + "\n")
        self._on_epoch(result)
