"""The samples that a TrainingConfig asks for, prepared once on disk, so that many take no more memory than few."""

import json
import os
import shutil
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hwr_core.datasets.mnist import FILE as MNIST_FILE
from hwr_core.datasets.open_sets.folder import fetch
from hwr_core.datasets.open_sets.table import find_open_set
from hwr_core.datasets.request import Places, Request
from hwr_core.datasets.samples import Part, Samples
from hwr_core.datasets.sources import load_source
from hwr_core.errors import InvalidValue
from hwr_core.files import write_whole
from hwr_core.images.types import SIDE
from hwr_core.jobs.report import Report
from hwr_core.settings import load_settings
from hwr_core.training.config import TrainingConfig
from hwr_core.training.run import Share

OnSource = Callable[[str, Part, int], None]

DATA_FIELDS = ("sources", "drawings", "seed", "limit")
"""The fields of a config that determine its data."""

PARTS = (Part.TRAINING, Part.VALIDATION)


@dataclass(frozen=True, slots=True)
class TrainingData:
    """Samples to learn from, and samples by other writers to choose the best epoch by."""

    training: Samples
    validation: Samples


def load_data(  # noqa: PLR0913, PLR0917  what `prepare` takes, and how to report it
    config: TrainingConfig, places: Places, folder: Path, report: Report, processes: int, share: Share
) -> TrainingData:
    """Prepare the data of a config and report each source; MNIST is downloaded if it is missing.

    Raises: what `prepare` and `fetch` raise, and Stopped.
    """
    if "mnist" in config.sources and not (places.datasets / MNIST_FILE).exists():
        report.progress(share(0.0), "Downloading MNIST")
        fetch(find_open_set("mnist"), places.datasets, load_settings().mirror)
    done = 0

    def on_source(name: str, part: Part, count: int) -> None:
        nonlocal done
        done += 1
        report.log(f"{name}: {count:,} {part} samples")
        report.progress(share(done / (len(PARTS) * len(config.sources))), "Preparing data")

    report.progress(share(0.0), "Preparing data")
    return prepare(config, places, folder, on_source, processes)


def prepare(
    config: TrainingConfig,
    places: Places,
    folder: Path,
    on_source: OnSource = lambda *_: None,
    processes: int | None = None,
) -> TrainingData:
    """Return the training and validation samples of all sources of a config, as arrays mapped from files.

    Args:
        config: what data, and how much of it.
        places: where data lies.
        folder: where to put the samples, and nothing else; those of the same config are used again, others replaced.
        on_source: called with each source that is ready; an exception in it stops the work.
        processes: how many processes draw strokes at once; one per core if not given.

    Raises:
        DatasetMissing: a source is not there.
        InvalidValue: there is nothing to learn from or nothing to validate on.
    """
    if not _is_prepared(config, folder):
        shutil.rmtree(folder, ignore_errors=True)  # samples of another config, of an earlier version, or unfinished
        folder.mkdir(parents=True)
        for part in PARTS:
            _write(part, config, places, folder, on_source, processes or os.cpu_count() or 1)
        write_whole(folder / "made.json", json.dumps(_prepared_from(config)).encode())
    training, validation = (_mapped(folder, part) for part in PARTS)
    return TrainingData(training, validation)


def training_counts(folder: Path) -> dict[str, int]:
    """Return the number of training samples of each source, as `prepare` put them into a folder."""
    found: dict[str, int] = json.loads(_counts_file(folder, Part.TRAINING).read_bytes())
    return found


def _is_prepared(config: TrainingConfig, folder: Path) -> bool:
    """Whether the config's samples lie in the folder, complete; earlier versions named their files otherwise."""
    made = folder / "made.json"
    if not made.exists() or json.loads(made.read_bytes()) != _prepared_from(config):
        return False
    needed = [file for part in PARTS for file in (*_files(folder, part), _counts_file(folder, part))]
    return all(file.exists() for file in needed)


def _prepared_from(config: TrainingConfig) -> dict[str, object]:
    return {"config": config.model_dump(mode="json", include={*DATA_FIELDS})}


def _write(  # noqa: PLR0913, PLR0917  what `prepare` takes, and the part
    part: Part, config: TrainingConfig, places: Places, folder: Path, on_source: OnSource, processes: int
) -> None:
    request = Request(
        part,
        drawings=config.drawings if part is Part.TRAINING else 1,
        seed=config.seed,
        processes=processes,
        limit=config.limit,
    )
    counts = dict.fromkeys(config.sources, 0)
    with ExitStack() as files:
        images, labels = (files.enter_context(path.open("wb")) for path in _files(folder, part))
        for name in config.sources:
            for chunk in load_source(name, places, request):
                images.write(chunk.images.tobytes())
                labels.write(chunk.labels.tobytes())
                counts[name] += len(chunk)
            on_source(name, part, counts[name])
    if not sum(counts.values()):
        raise InvalidValue(
            f"There is no image in the {part} part of {', '.join(config.sources)}. More images, by more writers, "
            "are needed: about seven in ten are learned from, the others check."
        )
    write_whole(_counts_file(folder, part), json.dumps(counts).encode())


def _files(folder: Path, part: Part) -> tuple[Path, Path]:
    return folder / f"{part}-images.u8", folder / f"{part}-labels.u8"


def _counts_file(folder: Path, part: Part) -> Path:
    return folder / f"{part}.json"


def _mapped(folder: Path, part: Part) -> Samples:
    images, labels = (np.memmap(file, np.uint8, "r") for file in _files(folder, part))
    return Samples(images.reshape(-1, SIDE, SIDE), labels)
