"""train(config, task) -> TrainingResult. Knows no registry, store or page; callbacks hear of its progress."""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras

from hwr_core.errors import InvalidValue
from hwr_core.training.callbacks import BatchLog, EpochLog, EpochResult, OnBatch, OnEpoch
from hwr_core.training.config import TrainingConfig

CONFIG = "config.json"
BEST = "best.weights.h5"


@dataclass(frozen=True, slots=True)
class Task:
    """What a network is to learn: a fresh network, the batches from an epoch on, and validation batches.

    `loss` and `accuracy` take the labels of a batch and the network's output, as Keras passes them.
    """

    network: Callable[[], keras.Model]
    batches: Callable[[int], keras.utils.PyDataset]
    validation: keras.utils.PyDataset
    loss: keras.losses.Loss | Callable[..., Any]
    accuracy: str | Callable[..., Any] = "accuracy"


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """The network of the best validation epoch, in float32, and how each epoch went."""

    model: keras.Model
    epochs: tuple[EpochResult, ...]


def train(  # noqa: PLR0913  most by name
    config: TrainingConfig,
    task: Task,
    on_epoch: OnEpoch = lambda _: None,
    *,
    on_batch: OnBatch = lambda _: None,
    checkpoints: Path | None = None,
    start: keras.Model | None = None,
) -> TrainingResult:
    """Train a network and return it as it was after its best validation epoch.

    Args:
        config: how to train.
        task: what to train, and on what.
        on_epoch: called after each epoch; an exception in it stops the training.
        on_batch: called after each batch; an exception in it stops the training.
        checkpoints: a folder; a training that was stopped continues after its last complete epoch if it gets the same.
        start: a network whose weights to start from; it is not changed.

    Raises:
        InvalidValue: the checkpoints are of another config, or `start` is another network.
    """
    with _checkpoint_folder(checkpoints) as folder:
        _confirm_same_config(config, folder / CONFIG)
        keras.utils.set_random_seed(config.seed)
        log = EpochLog(folder / "epochs.jsonl", config.epochs, on_epoch)
        if len(log.results) < config.epochs:
            batches = task.batches(len(log.results))
            model = compiled(config, task, steps=len(batches))
            if start is not None:
                _copy_weights(start, model)
            model.fit(
                batches,
                epochs=config.epochs,
                validation_data=task.validation,
                verbose=0,
                callbacks=[*_keras_callbacks(config, folder, log.best_accuracy), log, BatchLog(on_batch)],
            )
        return TrainingResult(_in_float32(task, folder / BEST), tuple(log.results))


def _keras_callbacks(
    config: TrainingConfig, folder: Path, best_accuracy: float | None
) -> list[keras.callbacks.Callback]:
    """What Keras does itself: checkpoints to resume from, averaged weights, and the weights of the best epoch."""
    return [
        keras.callbacks.BackupAndRestore(folder / "backup", delete_checkpoint=False),
        *([keras.callbacks.SwapEMAWeights(swap_on_epoch=True)] if config.ema_momentum else []),
        keras.callbacks.ModelCheckpoint(
            folder / BEST,
            monitor="val_accuracy",
            mode="max",
            save_best_only=True,
            save_weights_only=True,
            initial_value_threshold=best_accuracy,
        ),
    ]


@contextmanager
def _checkpoint_folder(checkpoints: Path | None) -> Iterator[Path]:
    if checkpoints is not None:
        checkpoints.mkdir(parents=True, exist_ok=True)
        yield checkpoints
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def _confirm_same_config(config: TrainingConfig, file: Path) -> None:
    if file.exists():
        earlier = TrainingConfig.model_validate_json(file.read_bytes())
        if earlier != config:
            raise InvalidValue(
                "These checkpoints are of another training config; each config needs a folder of its own."
            )
    file.write_text(config.model_dump_json(), encoding="utf-8")


def compiled(config: TrainingConfig, task: Task, steps: int) -> keras.Model:
    """Return a task's network, ready to fit in so many steps per epoch."""
    keras.mixed_precision.set_global_policy(config.precision)
    model = task.network()
    model.compile(optimizer=_optimizer(config, steps), loss=task.loss, metrics=[task.accuracy])
    return model


def _copy_weights(start: keras.Model, model: keras.Model) -> None:
    try:
        model.set_weights(start.get_weights())
    except ValueError as error:
        raise InvalidValue("The version to start from has another network than the one to train.") from error


def _optimizer(config: TrainingConfig, steps: int) -> keras.optimizers.Optimizer:
    common: dict[str, Any] = {
        "learning_rate": keras.optimizers.schedules.CosineDecay(
            config.learning_rate * 0.01,
            decay_steps=max(1, steps * (config.epochs - 1)),
            alpha=1.0 if config.schedule == "constant" else 0.0,
            warmup_target=config.learning_rate,
            warmup_steps=steps,
        ),
        "weight_decay": config.weight_decay,
        "use_ema": config.ema_momentum > 0,
        # An average over more than a tenth of the training would still hold many weights from its beginning.
        "ema_momentum": min(config.ema_momentum, 1.0 - 10.0 / max(11, steps * config.epochs)) or None,
    }
    if config.optimizer == "sgd":
        return keras.optimizers.SGD(momentum=0.9, nesterov=True, **common)
    return keras.optimizers.AdamW(**common)


def _in_float32(task: Task, weights: Path) -> keras.Model:
    keras.mixed_precision.set_global_policy("float32")
    model = task.network()
    model.load_weights(weights)
    return model
