"""The line reader of a new version: made lines and strips, training, temperature and score; or the served version's."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import chain

import keras

from hwr_core.datasets.lines.corrected import corrected_lines
from hwr_core.datasets.lines.made import COUNTS, LineSample, made_lines
from hwr_core.datasets.pages import strips
from hwr_core.datasets.pages.writers import has_writers
from hwr_core.datasets.samples import Part
from hwr_core.errors import ModelUnavailable
from hwr_core.registry.card import Lines
from hwr_core.registry.registry import LINES_LITERT, LINES_WEIGHTS, Registry
from hwr_core.training.callbacks import BatchResult, EpochResult
from hwr_core.training.convert import half_precision_file, lines_to_litert, read_keras_file
from hwr_core.training.line_batches import LineBatches
from hwr_core.training.line_task import BATCH_SIZE, accuracy, fit_line_temperature, line_task
from hwr_core.training.progress import share_of_batches
from hwr_core.training.run import TrainingRun
from hwr_core.training.start import mix, network_to_start_from
from hwr_core.training.train import TrainingResult, train

FOR_TEMPERATURE = 400
"""About how many of the validation lines choose the temperature."""

MADE, TRAINED = 0.1, 0.95
"""Shares of the run at which the lines are made and the network is trained."""

CORRECTED_TIMES = 5
"""How often a line that a user has corrected is learned from in an epoch: made ones are tens of thousands."""

MadeLines = dict[Part, list[LineSample]]


@dataclass(frozen=True, slots=True)
class LineReaderFiles:
    """The files of a line reader, and what the model card says of it."""

    card: Lines
    files: dict[str, bytes]


def train_line_reader(run: TrainingRun, finder: bytes | None) -> LineReaderFiles:
    """Make lines of digits, train a network to read them, and score it.

    Args:
        run: says how long, and of which data.
        finder: the page network of the version, a LiteRT file: what it cuts out of made pages is learned from too.

    Raises:
        DatasetMissing: there are no digits to make lines of.
        Stopped: the job was asked to stop.
    """
    lines = _make_lines(run.step(0.0, MADE), finder)
    begun = network_to_start_from(run, LINES_WEIGHTS)
    result = _train(run.step(MADE, TRAINED), lines, begun)
    if begun is not None:
        mix(result.model, begun, run.config.mix)
    run.progress(TRAINED, "Calibrating and scoring the line reader")
    return line_reader_files(result.model, lines, [asdict(epoch) for epoch in result.epochs])


def _make_lines(run: TrainingRun, finder: bytes | None) -> MadeLines:
    lines: MadeLines = {part: [] for part in COUNTS}
    on_pages = finder is not None and has_writers(run.places.datasets)
    total = sum(COUNTS.values()) + (sum(strips.COUNTS.values()) if on_pages else 0)
    made = chain(_of_digits(run), _of_pages(run, finder) if finder is not None and on_pages else ())
    for done, (part, sample) in enumerate(made, start=1):
        lines[part].append(sample)
        run.progress(done / total, "Making lines of digits")
    if run.places.numbers is not None:
        for part, sample in corrected_lines(run.places.numbers, finder):
            lines[part] += [sample] * (CORRECTED_TIMES if part is Part.TRAINING else 1)
    for part, samples in lines.items():
        run.report.log(f"lines: {len(samples):,} {part} samples")
    return lines


def _of_digits(run: TrainingRun) -> Iterator[tuple[Part, LineSample]]:
    for part, count in COUNTS.items():
        for line in made_lines(run.places.datasets, part, count=count, seed=run.config.seed, processes=run.processes):
            yield part, line


def _of_pages(run: TrainingRun, finder: bytes) -> Iterator[tuple[Part, LineSample]]:
    for part, count in strips.COUNTS.items():
        for line in strips.made_strips(
            run.places.datasets, part, finder, count=count, seed=run.config.seed, processes=run.processes
        ):
            yield part, line


def _train(run: TrainingRun, lines: MadeLines, begun: keras.Model | None) -> TrainingResult:
    config = run.config.model_copy(update={"epochs": run.config.line_epochs, "start": None})

    def on_batch(now: BatchResult) -> None:
        doing = f"Lines: epoch {now.epoch} of {now.epochs}, batch {now.batch:,} of {now.batches:,}"
        run.progress(share_of_batches(now), doing)

    def on_epoch(epoch: EpochResult) -> None:
        wrong = 1 - epoch.val_accuracy
        run.report.log(
            f"lines, epoch {epoch.epoch}/{epoch.epochs}: validation error {wrong:.2%}, {epoch.seconds:.0f} s"
        )

    task = line_task(config, lines[Part.TRAINING], lines[Part.VALIDATION])
    return train(config, task, on_epoch, on_batch=on_batch, checkpoints=run.folder / "lines", start=begun)


def line_reader_files(network: keras.Model, lines: MadeLines, epochs: Sequence[dict[str, float]]) -> LineReaderFiles:
    """Choose the temperature on validation lines, score the test lines, and convert the network."""
    temperature = fit_line_temperature(network, _some(lines[Part.VALIDATION]))
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
    files = {LINES_WEIGHTS: half_precision_file(network), LINES_LITERT: lines_to_litert(network, temperature)}
    return LineReaderFiles(card, files)


def _some(lines: Sequence[LineSample]) -> Sequence[LineSample]:
    """About FOR_TEMPERATURE lines, of all that they are made of alike."""
    return lines[:: max(1, len(lines) // FOR_TEMPERATURE)]


def champions_line_reader(registry: Registry) -> LineReaderFiles | None:
    """Return the line reader of the version that is served, None if it has none."""
    try:
        champion = registry.champion()
    except ModelUnavailable:
        return None
    if champion.card.lines is None:
        return None
    files = {
        LINES_WEIGHTS: half_precision_file(read_keras_file(champion.read_file(LINES_WEIGHTS))),
        LINES_LITERT: champion.read_file(LINES_LITERT),
    }
    taken_from = champion.card.lines.taken_from or champion.name
    return LineReaderFiles(champion.card.lines.model_copy(update={"taken_from": taken_from}), files)
