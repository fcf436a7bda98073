"""The network of lines of a new version: made lines, training, temperature, score; or taken along from another."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import keras

from hwr_core.datasets.lines import COUNTS, LineSample, made_lines
from hwr_core.datasets.samples import Part
from hwr_core.datasets.sources import Places
from hwr_core.errors import ModelUnavailable
from hwr_core.jobs.report import Report
from hwr_core.registry.card import Lines
from hwr_core.registry.registry import LINES_LITERT, LINES_WEIGHTS, Registry
from hwr_core.training.config import TrainingConfig
from hwr_core.training.convert import keras_file, lines_to_litert
from hwr_core.training.line_batches import LineBatches
from hwr_core.training.line_task import BATCH_SIZE, accuracy, fit_line_temperature, lines_task
from hwr_core.training.train import BatchResult, EpochResult, train

FOR_TEMPERATURE = 400
"""Of the validation lines, those that choose the temperature."""

MADE, TRAINED = 0.1, 0.95
"""Shares of the way after which the lines are made and the network is trained."""


@dataclass(frozen=True, slots=True)
class LineFiles:
    """The files of a network of lines, and what the card says of it."""

    card: Lines
    files: dict[str, bytes]


def make_lines(  # noqa: PLR0913, PLR0917  what a version is made from
    config: TrainingConfig,
    places: Places,
    folder: Path,
    report: Report,
    processes: int,
    share: Callable[[float], float],
) -> LineFiles:
    """Make lines of digits, and train a network to read them.

    Args:
        config: how to train; its `line_epochs` say how long.
        places: where data lies.
        folder: for checkpoints; a run that was stopped goes on when given the same one.
        report: hears of everything, and stops the work by raising Stopped.
        processes: how many make lines at once.
        share: from a share of this to a share of the whole job.

    Raises:
        DatasetMissing: there are no digits to put together.
        Stopped: the report says so.
    """
    lines: dict[Part, list[LineSample]] = {}
    for part, count in COUNTS.items():
        lines[part] = []
        before = sum(map(len, lines.values()))
        for line in made_lines(places.datasets, part, count=count, seed=config.seed, processes=processes):
            lines[part].append(line)
            done = (before + len(lines[part])) / sum(COUNTS.values())
            report.progress(share(MADE * done), "Making lines of digits")
        report.say(f"lines: {len(lines[part]):,} {part} samples")
    own = config.model_copy(update={"epochs": config.line_epochs, "start": None})
    task = lines_task(own, lines[Part.TRAINING], lines[Part.VALIDATION])

    def on_batch(now: BatchResult) -> None:
        done = (now.epoch - 1 + now.batch / now.batches) / now.epochs
        told = f"Lines: epoch {now.epoch} of {now.epochs}, batch {now.batch:,} of {now.batches:,}"
        report.progress(share(MADE + (TRAINED - MADE) * done), told)

    def on_epoch(epoch: EpochResult) -> None:
        wrong = 1 - epoch.val_accuracy
        report.say(f"lines, epoch {epoch.epoch}/{epoch.epochs}: validation error {wrong:.2%}, {epoch.seconds:.0f} s")

    result = train(own, task, on_epoch, on_batch=on_batch, checkpoints=folder)
    report.progress(share(TRAINED), "Choosing how sure lines are")
    return line_files(result.model, lines, [asdict(epoch) for epoch in result.epochs])


def line_files(
    network: keras.Model, lines: dict[Part, list[LineSample]], epochs: Sequence[dict[str, float]]
) -> LineFiles:
    """Choose the temperature on validation lines, score the test lines, and convert."""
    temperature = fit_line_temperature(network, lines[Part.VALIDATION][:FOR_TEMPERATURE])
    test = LineBatches(lines[Part.TEST], batch_size=BATCH_SIZE, augmentation=0.0, seed=0)
    right = sum(
        float(keras.ops.sum(accuracy(labels, network(strips))))
        for strips, labels in map(test.__getitem__, range(len(test)))
    )
    card = Lines(
        parameters=network.count_params(),
        training=len(lines[Part.TRAINING]),
        test=len(lines[Part.TEST]),
        test_right=round(right),
        temperature=temperature,
        epochs=tuple(epochs),
    )
    files = {LINES_WEIGHTS: keras_file(network), LINES_LITERT: lines_to_litert(network, temperature)}
    return LineFiles(card, files)


def take_lines_along(registry: Registry) -> LineFiles | None:
    """Return the network of lines of the version being served, None where there is none."""
    try:
        champion = registry.champion()
    except ModelUnavailable:
        return None
    if champion.card.lines is None:
        return None
    files = {name: champion.read_file(name) for name in (LINES_WEIGHTS, LINES_LITERT)}
    taken_from = champion.card.lines.taken_from or champion.name
    return LineFiles(champion.card.lines.model_copy(update={"taken_from": taken_from}), files)
