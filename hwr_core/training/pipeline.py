"""The training of a model version from start to end: data, digits, thresholds and scores, lines, files, published."""

import shutil
from typing import Any

import keras

from hwr_core.datasets.lines.made import confirm_digits
from hwr_core.registry.card import ModelCard
from hwr_core.registry.registry import LITERT, PAGES_LITERT, WEIGHTS, ModelVersion
from hwr_core.training.acceptance import with_acceptance
from hwr_core.training.convert import keras_file, to_litert
from hwr_core.training.data import load_data, training_counts
from hwr_core.training.digit_task import digit_task
from hwr_core.training.line_reader import LineReaderFiles, champions_line_reader, train_line_reader
from hwr_core.training.model_card import write_card
from hwr_core.training.page_finder import PageFinderFiles, champions_page_finder, train_page_finder
from hwr_core.training.progress import EpochProgress
from hwr_core.training.run import TrainingRun, between
from hwr_core.training.scripts.taken_over import champions_scripts
from hwr_core.training.start import mix, network_to_start_from
from hwr_core.training.train import TrainingResult, train

PREPARED, TRAINED = 0.08, 0.93
"""Shares of the way to a network for digits at which the data is ready and the network is trained, on two cores."""

DIGITS_DONE, LINES_DONE = 0.7, 0.98
"""Shares of the whole run at which the network for digits is done, if lines are trained too, and at which all is."""


def train_version(run: TrainingRun) -> ModelVersion:
    """Train a model version from data files and publish it.

    Raises:
        DatasetMissing: a source is not there.
        InvalidValue: the version to start from has another network.
        NotFound, ModelUnavailable: the version to start from does not exist, or is damaged.
        Stopped: the job was asked to stop.
    """
    digits_done = 1.0
    if run.config.line_epochs or run.config.page_epochs:
        digits_done = DIGITS_DONE
        confirm_digits(run.places.datasets)  # before anything is trained, not when the lines' turn comes
    result, card = _train_digits(run.step(0.0, digits_done))
    pages_done = digits_done if not run.config.page_epochs else (digits_done + LINES_DONE) / 2
    page_finder = _page_finder(run.step(digits_done, pages_done))
    line_reader = _line_reader(run.step(pages_done, LINES_DONE), page_finder)
    run.progress(LINES_DONE, "Converting")
    version = _publish(run, result.model, card, line_reader, page_finder)
    run.report.log(f"model version {version.name}")
    shutil.rmtree(run.folder, ignore_errors=True)  # what was learned is in the version
    return version


def _train_digits(run: TrainingRun) -> tuple[TrainingResult, ModelCard]:
    """Train the network for digits, choose its thresholds and score it."""
    prepared = run.folder / "prepared"
    share = between(0.0, PREPARED, run.share)
    data = load_data(run.config, run.places, prepared, run.report, run.processes, share)
    run.report.log(f"{len(data.training):,} training samples, {len(data.validation):,} validation samples")
    progress = EpochProgress(run.step(PREPARED, TRAINED), after=(1.0 - TRAINED) / (TRAINED - PREPARED))
    begun = network_to_start_from(run, WEIGHTS)
    result = train(
        run.config,
        digit_task(run.config, data),
        progress.on_epoch,
        on_batch=progress.on_batch,
        checkpoints=run.folder / "checkpoints",
        start=begun,
    )
    if begun is not None:
        mix(result.model, begun, run.config.mix)
    run.progress(TRAINED, "Choosing thresholds and scoring")
    return result, write_card(run, training_counts(prepared), result)


def _line_reader(run: TrainingRun, page_finder: PageFinderFiles | None) -> LineReaderFiles | None:
    """Train a line reader, or take the one that is served; None if there is none."""
    if run.config.line_epochs:
        return train_line_reader(run, page_finder.files[PAGES_LITERT] if page_finder else None)
    return champions_line_reader(run.registry)


def _page_finder(run: TrainingRun) -> PageFinderFiles | None:
    """Train a page network, or take the one that is served; None if there is none."""
    if run.config.page_epochs:
        return train_page_finder(run)
    return champions_page_finder(run.registry)


def _publish(
    run: TrainingRun,
    network: keras.Model,
    card: ModelCard,
    line_reader: LineReaderFiles | None,
    page_finder: PageFinderFiles | None,
) -> ModelVersion:
    files = {WEIGHTS: keras_file(network), LITERT: to_litert(network, card.decision.temperature)}
    if line_reader:
        card = card.model_copy(update={"lines": line_reader.card})
        files |= line_reader.files
    if page_finder:
        card = card.model_copy(update={"pages": page_finder.card})
        files |= page_finder.files
    if scripts := champions_scripts(run.registry):
        card = card.model_copy(update={"scripts": scripts.card})
        files |= scripts.files
    if run.config.line_epochs:  # a line reader that was taken over brings what was fitted to it

        def on_progress(done: float) -> None:
            run.progress(between(LINES_DONE, 1.0)(done), "Fitting the confidence of whole numbers")

        card = with_acceptance(card, files, run.places.datasets, processes=run.processes, on_progress=on_progress)
    return run.registry.publish(card, files)


def result_of(version: ModelVersion) -> dict[str, Any]:
    """Return the result of a job that trained this version."""
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
