"""The whole way of a new model version: prepare data, train, choose thresholds, score, convert, publish."""

import shutil
import tempfile
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import keras

from hwr_core.datasets.lines import confirm_digits
from hwr_core.datasets.mnist import FILE as MNIST_FILE
from hwr_core.datasets.samples import Part
from hwr_core.datasets.sources import Places
from hwr_core.jobs.events import EventKind
from hwr_core.jobs.report import Report
from hwr_core.registry.registry import LITERT, WEIGHTS, ModelVersion, Registry
from hwr_core.training.config import TrainingConfig
from hwr_core.training.convert import keras_file, to_litert
from hwr_core.training.data import counts, prepare
from hwr_core.training.digit_task import TrainingData, digits_task
from hwr_core.training.download import fetch_mnist
from hwr_core.training.line_reader import LineFiles, make_lines, take_lines_along
from hwr_core.training.model_card import Making, write_card
from hwr_core.training.train import BatchResult, EpochResult, train

PREPARED = 0.08
TRAINED = 0.93
"""Shares of the way of the digits' network after which the data is ready and it is trained, as on two cores."""

OF_DIGITS, CONVERTING = 0.7, 0.98
"""Shares of the whole way after which it is done, where lines are learned too, and after which all is."""


def make_version(  # noqa: PLR0913  all but one by name
    config: TrainingConfig,
    *,
    places: Places,
    registry: Registry,
    folder: Path,
    report: Report,
    processes: int,
    job: int | None = None,
    share: Callable[[float], float] = lambda done: done,
) -> ModelVersion:
    """Train a model version from data files and publish it.

    Args:
        config: what to train and how.
        places: where data lies.
        registry: where to publish.
        folder: for prepared data and checkpoints; a run that was stopped goes on when given the same one.
        report: hears of everything, and stops the work by raising Stopped.
        processes: how many draw strokes at once.
        job: number of the job, for the card.
        share: from a share of this to a share of the whole job.

    Raises:
        DatasetMissing: a source is not there.
        InvalidValue: the version to start from is of another network.
        NotFound, ModelUnavailable: it is not there, or damaged.
        Stopped: the report says so.
    """
    if config.line_epochs:
        confirm_digits(places.datasets)  # now, and not when the digits are learned
    prepared = folder / "prepared"
    data = load_data(config, places, prepared, report, processes)
    report.say(f"{len(data.training):,} training samples, {len(data.validation):,} validation samples")
    of_digits = OF_DIGITS if config.line_epochs else 1.0
    clock = _Clock(report, lambda done: share(of_digits * done))
    result = train(
        config,
        digits_task(config, data),
        clock.on_epoch,
        on_batch=clock.on_batch,
        checkpoints=folder / "checkpoints",
        start=_network(registry.get(config.start)) if config.start else None,
    )
    report.progress(share(of_digits * TRAINED), "Choosing thresholds and scoring")
    seconds = sum(epoch.seconds for epoch in result.epochs)
    card = write_card(Making(config, places, counts(prepared), processes, job), result, seconds)
    lines = _lines(
        config,
        places,
        registry,
        folder,
        report,
        processes,
        lambda done: share(of_digits + (CONVERTING - of_digits) * done),
    )
    report.progress(share(CONVERTING), "Converting")
    files = {WEIGHTS: keras_file(result.model), LITERT: to_litert(result.model, card.decision.temperature)}
    if lines:
        card = card.model_copy(update={"lines": lines.card})
        files |= lines.files
    version = registry.publish(card, files)
    report.say(f"model version {version.name}")
    shutil.rmtree(folder, ignore_errors=True)  # what is learned is in the version
    return version


def _lines(  # noqa: PLR0913, PLR0917  what `make_version` was given
    config: TrainingConfig,
    places: Places,
    registry: Registry,
    folder: Path,
    report: Report,
    processes: int,
    share: Callable[[float], float],
) -> LineFiles | None:
    """The network of lines: trained, or the one that reads now; None where no version has one."""
    if config.line_epochs:
        return make_lines(config, places, folder / "lines", report, processes, share)
    return take_lines_along(registry)


def load_data(config: TrainingConfig, places: Places, folder: Path, report: Report, processes: int) -> TrainingData:
    """Prepare the data of a config, telling of each source, and having MNIST downloaded where it is missing."""
    if "mnist" in config.sources and not (places.datasets / MNIST_FILE).exists():
        report.progress(0.0, "Downloading MNIST")
        fetch_mnist(places.datasets)
    done = 0

    def on_source(name: str, part: Part, count: int) -> None:
        nonlocal done
        done += 1
        report.say(f"{name}: {count:,} {part} samples")
        report.progress(PREPARED * done / (2 * len(config.sources)), "Preparing data")

    report.progress(0.0, "Preparing data")
    return prepare(config, places, folder, on_source, processes)


def result_of(version: ModelVersion) -> dict[str, Any]:
    """Return what a job says of the version it made."""
    card = version.card
    return {
        "model_version": version.name,
        "test_accuracy": card.test_accuracy,
        "test_loss": card.test_loss,
        "training_time": card.training_seconds,
        "epochs": len(card.epochs),
        "val_accuracy": max(epoch["val_accuracy"] for epoch in card.epochs),
        "parameters": card.parameters,
    }


class _Clock:
    """Turns batches and epochs into progress with an estimate of the time left."""

    def __init__(self, report: Report, share: Callable[[float], float]) -> None:
        self._report = report
        self._share = share
        self._epoch = 0
        self._began = time.monotonic()
        self._first_batch = 0
        self._checking = 0.0
        """Seconds that the last epoch took beyond its batches."""
        self._last_batch_at = self._began

    def on_batch(self, now: BatchResult) -> None:
        self._report.check()
        self._last_batch_at = time.monotonic()
        if now.epoch != self._epoch:
            # The first batch compiles the network and tells nothing of the others.
            self._epoch, self._began, self._first_batch = now.epoch, self._last_batch_at, now.batch
        done = (now.epoch - 1 + now.batch / now.batches) / now.epochs
        self._report.now_and_then(EventKind.BATCH, **asdict(now))
        self._report.progress(
            self._share(PREPARED + (TRAINED - PREPARED) * done),
            f"Epoch {now.epoch} of {now.epochs}, batch {now.batch:,} of {now.batches:,}",
            self._left(now),
        )

    def _left(self, now: BatchResult) -> float | None:
        timed = now.batch - self._first_batch
        if not timed:
            return None
        batches_left = now.batches - now.batch + (now.epochs - now.epoch) * now.batches
        training = batches_left * (self._last_batch_at - self._began) / timed
        rest = training + self._checking * (now.epochs - now.epoch + 1)
        return round(rest / (TRAINED - PREPARED) * (1.0 - PREPARED) if now.epoch > 1 else rest * 1.1, 1)

    def on_epoch(self, epoch: EpochResult) -> None:
        self._checking = time.monotonic() - self._last_batch_at
        self._report.tell(EventKind.EPOCH, **asdict(epoch))
        self._report.say(
            f"epoch {epoch.epoch}/{epoch.epochs}: loss {epoch.loss:.4f}, validation error "
            f"{1 - epoch.val_accuracy:.2%}, {epoch.seconds:.0f} s"
        )


def _network(version: ModelVersion) -> keras.Model:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / WEIGHTS
        path.write_bytes(version.read_file(WEIGHTS))
        network: keras.Model = keras.models.load_model(path, compile=False)
        return network
