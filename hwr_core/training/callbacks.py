"""Keras callbacks that tell a training's caller of each epoch and each batch, as plain records."""

import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import keras


@dataclass(frozen=True, slots=True)
class EpochResult:
    """How an epoch went. Accuracies are shares of everything that was read right, with the averaged weights."""

    epoch: int
    epochs: int
    seconds: float
    loss: float
    accuracy: float
    val_loss: float
    val_accuracy: float


@dataclass(frozen=True, slots=True)
class BatchResult:
    """How an epoch is going: the batches done so far, and the averages of the epoch until now."""

    epoch: int
    epochs: int
    batch: int
    batches: int
    loss: float
    accuracy: float


OnEpoch = Callable[[EpochResult], None]
OnBatch = Callable[[BatchResult], None]


class EpochLog(keras.callbacks.Callback):  # type: ignore[misc]  # Keras ships no types
    """Writes one line per epoch to a file, so that a resumed training knows the earlier ones, and tells the caller."""

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
        """The best validation accuracy so far."""
        return max((result.val_accuracy for result in self.results), default=None)

    def on_epoch_begin(self, *_: object, **__: object) -> None:
        """Start the epoch's clock."""
        self._began = time.monotonic()

    def on_epoch_end(self, epoch: int, logs: dict[str, float]) -> None:
        """Record the epoch and tell the caller."""
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


class BatchLog(keras.callbacks.Callback):  # type: ignore[misc]  # as above
    """Tells the caller of each batch."""

    def __init__(self, on_batch: OnBatch) -> None:
        super().__init__()
        self._on_batch = on_batch
        self._epoch = 0

    def on_epoch_begin(self, epoch: int, *_: object) -> None:
        """Remember which epoch it is."""
        self._epoch = epoch + 1

    def on_train_batch_end(self, batch: int, logs: dict[str, float]) -> None:
        """Tell the caller of the batch."""
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
