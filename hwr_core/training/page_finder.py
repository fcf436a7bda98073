"""The page network of a new version: made pages, training and score; or the one of the served version."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass

import keras
import numpy as np

from hwr_core.datasets.pages.crops import COUNTS, PageCrop, made_crops
from hwr_core.datasets.samples import Part
from hwr_core.errors import ModelUnavailable
from hwr_core.registry.card import Pages
from hwr_core.registry.registry import PAGES_LITERT, PAGES_WEIGHTS, Registry
from hwr_core.training.callbacks import BatchResult, EpochResult
from hwr_core.training.convert import half_precision_file, pages_to_litert, read_keras_file
from hwr_core.training.page_batches import PageBatches
from hwr_core.training.page_task import BATCH_SIZE, accuracy, page_task
from hwr_core.training.progress import share_of_batches
from hwr_core.training.run import TrainingRun
from hwr_core.training.train import TrainingResult, train

MADE, TRAINED = 0.15, 0.98
"""Shares of the run at which the pages are made and the network is trained."""

MadeCrops = dict[Part, list[PageCrop]]


@dataclass(frozen=True, slots=True)
class PageFinderFiles:
    """The files of a page network, and what the model card says of it."""

    card: Pages
    files: dict[str, bytes]


def train_page_finder(run: TrainingRun) -> PageFinderFiles:
    """Make pages, train a network to find the numbers on them, and score it.

    Raises:
        DatasetMissing: there are no digits to make pages of.
        Stopped: the job was asked to stop.
    """
    crops = _make_crops(run.step(0.0, MADE))
    result = _train(run.step(MADE, TRAINED), crops)
    run.progress(TRAINED, "Scoring the page network")
    counts = {part: len(made) for part, made in crops.items()}
    return page_finder_files(result.model, crops[Part.VALIDATION], counts, [asdict(epoch) for epoch in result.epochs])


def _make_crops(run: TrainingRun) -> MadeCrops:
    crops: MadeCrops = {part: [] for part in COUNTS}
    done, total = 0, sum(COUNTS.values())
    for part, count in COUNTS.items():
        for crop in made_crops(run.places.datasets, part, count=count, seed=run.config.seed, processes=run.processes):
            crops[part].append(crop)
            done += 1
            run.progress(done / total, "Making pages")
        run.report.log(f"pages: {len(crops[part]):,} {part} crops")
    return crops


def _train(run: TrainingRun, crops: MadeCrops) -> TrainingResult:
    config = run.config.model_copy(update={"epochs": run.config.page_epochs, "start": None})

    def on_batch(now: BatchResult) -> None:
        doing = f"Pages: epoch {now.epoch} of {now.epochs}, batch {now.batch:,} of {now.batches:,}"
        run.progress(share_of_batches(now), doing)

    def on_epoch(epoch: EpochResult) -> None:
        run.report.log(
            f"pages, epoch {epoch.epoch}/{epoch.epochs}: overlap of ink {epoch.val_accuracy:.1%}, {epoch.seconds:.0f} s"
        )

    task = page_task(config, crops[Part.TRAINING], crops[Part.VALIDATION])
    return train(config, task, on_epoch, on_batch=on_batch, checkpoints=run.folder / "pages")


def page_finder_files(
    network: keras.Model, validation: Sequence[PageCrop], counts: dict[Part, int], epochs: Sequence[dict[str, float]]
) -> PageFinderFiles:
    """Score the network on crops of pages by the validation writers, and convert it."""
    batches = PageBatches(validation, batch_size=BATCH_SIZE, augmented=False, seed=0)
    overlaps = [
        float(accuracy(maps, network(images, training=False)))
        for images, maps in map(batches.__getitem__, range(len(batches)))
    ]
    card = Pages(
        parameters=network.count_params(),
        training=counts[Part.TRAINING],
        validation=counts[Part.VALIDATION],
        ink_overlap=float(np.mean(overlaps)),
        epochs=tuple(epochs),
    )
    return PageFinderFiles(card, {PAGES_WEIGHTS: half_precision_file(network), PAGES_LITERT: pages_to_litert(network)})


def champions_page_finder(registry: Registry) -> PageFinderFiles | None:
    """Return the page network of the version that is served, None if it has none."""
    try:
        champion = registry.champion()
    except ModelUnavailable:
        return None
    if champion.card.pages is None:
        return None
    files = {
        PAGES_WEIGHTS: half_precision_file(read_keras_file(champion.read_file(PAGES_WEIGHTS))),
        PAGES_LITERT: champion.read_file(PAGES_LITERT),
    }
    taken_from = champion.card.pages.taken_from or champion.name
    return PageFinderFiles(champion.card.pages.model_copy(update={"taken_from": taken_from}), files)
