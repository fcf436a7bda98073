"""From a TrainingConfig to the samples it asks for, on disk: many take no more memory than few."""

import json
import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from hwr_core.datasets.samples import Part, Samples
from hwr_core.datasets.sources import Places, Request, load_source
from hwr_core.errors import InvalidValue
from hwr_core.files import write_whole
from hwr_core.images.normalise import SIDE
from hwr_core.training.config import TrainingConfig
from hwr_core.training.digit_task import TrainingData

OnSource = Callable[[str, Part, int], None]

SHAPING = ("sources", "drawings", "seed", "limit")
"""The fields of a config that shape its data."""

PARTS = (Part.TRAINING, Part.VALIDATION)


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
        folder: where to put the samples; what lies there from the same config is used again.
        on_source: hears of each source as it is ready; may raise to stop.
        processes: how many draw at once; one for each core when not given.

    Raises:
        DatasetMissing: a source is not there.
        InvalidValue: nothing is left to learn from or to choose by.
    """
    made = folder / "made.json"
    asked = {"config": config.model_dump(mode="json", include={*SHAPING})}
    if not (made.exists() and json.loads(made.read_bytes()) == asked):
        folder.mkdir(parents=True, exist_ok=True)
        for part in PARTS:
            _write(part, config, places, folder, on_source, processes or os.cpu_count() or 1)
        write_whole(made, json.dumps(asked).encode())
    training, validation = (_mapped(folder, part) for part in PARTS)
    return TrainingData(training, validation)


def counts(folder: Path) -> dict[str, int]:
    """Return how many samples each source gave to learn from, of what `prepare` put into a folder."""
    found: dict[str, int] = json.loads((folder / f"{Part.TRAINING}.json").read_bytes())
    return found


def _write(  # noqa: PLR0913, PLR0917  the five that `prepare` was given, and the part
    part: Part, config: TrainingConfig, places: Places, folder: Path, on_source: OnSource, processes: int
) -> None:
    request = Request(
        part,
        drawings=config.drawings if part is Part.TRAINING else 1,
        seed=config.seed,
        processes=processes,
        limit=config.limit,
    )
    sizes = {}
    with ExitStack() as files:
        images, labels = (files.enter_context(path.open("wb")) for path in _files(folder, part))
        for name in config.sources:
            sizes[name] = 0
            for chunk in load_source(name, places, request):
                images.write(chunk.images.tobytes())
                labels.write(chunk.labels.tobytes())
                sizes[name] += len(chunk)
            on_source(name, part, sizes[name])
    if not sum(sizes.values()):
        raise InvalidValue(
            f"There is no image in the {part} part of {', '.join(config.sources)}. More images, by more writers, "
            "are needed: about seven in ten are learned from, the others check."
        )
    write_whole(folder / f"{part}.json", json.dumps(sizes).encode())


def _files(folder: Path, part: Part) -> tuple[Path, Path]:
    return folder / f"{part}-images.u8", folder / f"{part}-labels.u8"


def _mapped(folder: Path, part: Part) -> Samples:
    images, labels = (np.memmap(file, np.uint8, "r") for file in _files(folder, part))
    return Samples(images.reshape(-1, SIDE, SIDE), labels)
