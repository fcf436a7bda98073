"""Turns the batches and epochs of a training into progress, with an estimate of the time left."""

import time
from dataclasses import asdict

from hwr_core.jobs.events import EventKind
from hwr_core.training.callbacks import BatchResult, EpochResult
from hwr_core.training.run import TrainingRun


class EpochProgress:
    """Reports each batch and each epoch of a run. `after`: what follows the epochs takes this share of their time."""

    def __init__(self, run: TrainingRun, after: float) -> None:
        self._run = run
        self._after = after
        self._epoch = 0
        self._began = time.monotonic()
        self._first_batch = 0
        self._validation_seconds = 0.0
        """What the last epoch took after its last batch."""
        self._last_batch_at = self._began

    def on_batch(self, now: BatchResult) -> None:
        """Report a batch. Raises Stopped."""
        self._run.report.raise_if_stopping()
        self._last_batch_at = time.monotonic()
        if now.epoch != self._epoch:
            # The first batch compiles the network, so its time tells nothing of the others.
            self._epoch, self._began, self._first_batch = now.epoch, self._last_batch_at, now.batch
        self._run.report.emit_throttled(EventKind.BATCH, **asdict(now))
        self._run.progress(
            share_of_batches(now),
            f"Epoch {now.epoch} of {now.epochs}, batch {now.batch:,} of {now.batches:,}",
            self._seconds_left(now),
        )

    def _seconds_left(self, now: BatchResult) -> float | None:
        timed = now.batch - self._first_batch
        if not timed:
            return None
        batches_left = now.batches - now.batch + (now.epochs - now.epoch) * now.batches
        training = batches_left * (self._last_batch_at - self._began) / timed
        if now.epoch == 1:
            return round(training * 1.1, 1)  # how long a validation takes is not known yet
        validation = self._validation_seconds * (now.epochs - now.epoch + 1)
        return round((training + validation) * (1.0 + self._after), 1)

    def on_epoch(self, epoch: EpochResult) -> None:
        """Report an epoch."""
        self._validation_seconds = time.monotonic() - self._last_batch_at
        self._run.report.emit(EventKind.EPOCH, **asdict(epoch))
        self._run.report.log(
            f"epoch {epoch.epoch}/{epoch.epochs}: loss {epoch.loss:.4f}, validation error "
            f"{1 - epoch.val_accuracy:.2%}, {epoch.seconds:.0f} s"
        )


def share_of_batches(now: BatchResult) -> float:
    """Return the share of all batches of all epochs that is done."""
    return (now.epoch - 1 + now.batch / now.batches) / now.epochs
