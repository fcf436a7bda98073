"""From a TrainingConfig to the samples it asks for."""

import os
from collections.abc import Callable
from pathlib import Path

from hwr_core.datasets.samples import Part, Samples
from hwr_core.datasets.sources import Request, load_source
from hwr_core.training.config import TrainingConfig
from hwr_core.training.train import TrainingData

OnSource = Callable[[str, Part, int], None]


def prepare(config: TrainingConfig, datasets: Path, on_source: OnSource = lambda *_: None) -> TrainingData:
    """Return the training and validation samples of all sources of a config; `on_source` hears of each as it is ready.

    Raises:
        DatasetMissing: a source's file is not in the datasets folder.
    """
    return TrainingData(
        _load(Part.TRAINING, config.drawings, config, datasets, on_source),
        _load(Part.VALIDATION, 1, config, datasets, on_source),
    )


def _load(part: Part, drawings: int, config: TrainingConfig, datasets: Path, on_source: OnSource) -> Samples:
    request = Request(part, drawings=drawings, seed=config.seed, processes=os.cpu_count() or 1)
    loaded = []
    for name in config.sources:
        loaded.append(load_source(name, datasets, request))
        on_source(name, part, len(loaded[-1]))
    return Samples.join(loaded)
