"""train(config, task) -> TrainingResult. Knows no registry, no store and no page; progress goes to callbacks."""

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import keras

from hwr_core.errors import InvalidValue
from hwr_core.training.config import TrainingConfig

CONFIG = "config.json"
BEST = "best.weights.h5"


@dataclass(frozen=True, slots=True)
class Task:
    """What a network is to learn: a fresh network, batches for an epoch and those after it, others to choose by.

    `loss` and `accuracy` take the labels of a batch and the network's output, as Keras has it.
    """

    network: Callable[[], keras.Model]
    batches: Callable[[int], keras.utils.PyDataset]
    validation: keras.utils.PyDataset
    loss: keras.losses.Loss | Callable[..., Any]
    accuracy: str | Callable[..., Any] = "accuracy"


@dataclass(frozen=True, slots=True)
class EpochResult:
    """How an epoch went. Accuracies are shares of all that was read right, by the averaged weights."""

    epoch: int
    epochs: int
    seconds: float
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float


@dataclass(frozen=True, slots=True)
class BatchResult:
    """How an epoch goes so far: batches done of all, and the averages of the epoch until now."""

    epoch: int
    epochs: int
    batch: int
    batches: int
    loss: float
    accuracy: float


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """The network of the best validation epoch, in float32, and how each epoch went."""

    model: keras.Model
    epochs: tuple[EpochResult, ...]


OnEpoch = Callable[[EpochResult], None]
OnBatch = Callable[[BatchResult], None]


def train(  # noqa: PLR0913  all but three by name
    config: TrainingConfig,
    task: Task,
    on_epoch: OnEpoch = lambda _: None,
    *,
    on_batch: OnBatch = lambda _: None,
    checkpoints: Path | None = None,
    start: keras.Model | None = None,
) -> TrainingResult:
    """Train a network and return it at its best validation epoch.

    Args:
        config: how to train.
        task: what to train, and on what.
        on_epoch: called after each epoch; what it raises stops the training.
        on_batch: called after each batch; what it raises stops the training.
        checkpoints: a folder; a run that was stopped goes on after its last whole epoch when given the same one.
        start: a network whose weights to begin with; it stays as it is.

    Raises:
        InvalidValue: the checkpoints are of another config, or `start` is another network.
    """
    with _folder(checkpoints) as folder:
        _confirm_same_config(config, folder / CONFIG)
        keras.utils.set_random_seed(config.seed)
        log = _EpochLog(folder / "epochs.jsonl", config.epochs, on_epoch)
        if len(log.results) < config.epochs:
            batches = task.batches(len(log.results))
            model = compiled(config, task, steps=len(batches))
            if start is not None:
                _begin_with(start, model)
            _fit(model, config, batches, task.validation, folder, log, _BatchLog(on_batch))
        return TrainingResult(_in_float32(task, folder / BEST), tuple(log.results))


def _fit(  # noqa: PLR0913, PLR0917  all of one run
    model: keras.Model,
    config: TrainingConfig,
    batches: keras.utils.PyDataset,
    validation: keras.utils.PyDataset,
    folder: Path,
    log: "_EpochLog",
    batch_log: "_BatchLog",
) -> None:
    model.fit(
        batches,
        epochs=config.epochs,
        validation_data=validation,
        verbose=0,
        callbacks=[
            keras.callbacks.BackupAndRestore(folder / "backup", delete_checkpoint=False),
            *([keras.callbacks.SwapEMAWeights(swap_on_epoch=True)] if config.ema_momentum else []),
            keras.callbacks.ModelCheckpoint(
                folder / BEST,
                monitor="val_accuracy",
                mode="max",
                save_best_only=True,
                save_weights_only=True,
                initial_value_threshold=log.best_accuracy,
            ),
            log,
            batch_log,
        ],
    )


@contextmanager
def _folder(checkpoints: Path | None) -> Iterator[Path]:
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
            raise InvalidValue("These checkpoints are of another training config; give each its own folder.")
    file.write_text(config.model_dump_json(), encoding="utf-8")


def compiled(config: TrainingConfig, task: Task, steps: int) -> keras.Model:
    """Return a task's network, ready to fit in so many steps an epoch."""
    keras.mixed_precision.set_global_policy(config.precision)
    model = task.network()
    model.compile(optimizer=_optimizer(config, steps), loss=task.loss, metrics=[task.accuracy])
    return model


def _begin_with(start: keras.Model, model: keras.Model) -> None:
    try:
        model.set_weights(start.get_weights())
    except ValueError as error:
        raise InvalidValue("The version to start from is of another network than the one to train.") from error


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
        # Longer than a tenth of the training it would still hold much of the weights that nothing was learned in.
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


class _EpochLog(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Keeps one line an epoch in a file, so that a resumed run knows what went before, and tells the caller."""

    def __init__(self, file: Path, epochs: int, on_epoch: OnEpoch) -> None:
        super().__init__()
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


class _BatchLog(keras.callbacks.Callback):  # type: ignore[misc]  # as above
    """Tells the caller of each batch."""

    def __init__(self, on_batch: OnBatch) -> None:
        super().__init__()
        self._on_batch = on_batch
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, *_: object) -> None:
        self._epoch = epoch + 1

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        self._on_batch(
            BatchResult(
                epoch=self._epoch,
                epochs=self.params["epochs"],
                batch=batch + 1,
                batches=self.params["steps"],
                loss=float(logs["loss"]),
                accuracy=float(logs["accuracy"]),
            )
        )
