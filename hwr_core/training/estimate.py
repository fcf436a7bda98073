"""What a training will cost, about: known before it begins, from the sizes of its data and earlier trainings."""

from collections.abc import Mapping
from dataclasses import dataclass

from hwr_core.datasets.lines import COUNTS
from hwr_core.datasets.samples import Part
from hwr_core.datasets.sources import SOURCES
from hwr_core.training.config import ARCHITECTURES, TrainingConfig

SECONDS_A_IMAGE = 1.1e-3
"""Of an epoch of the network `small` on two cores in bfloat16, validation and all; float32 takes about 1.4 times."""

SECONDS_A_LINE = 4e-3
"""The same of the network of lines."""

OF_FLOAT32 = 1.4


@dataclass(frozen=True, slots=True)
class Estimate:
    """Samples an epoch learns from, and seconds until the version is there. Half or twice as long is no surprise."""

    samples: int
    seconds: float


def estimate(config: TrainingConfig, sizes: Mapping[str, int]) -> Estimate:
    """Return what a training will cost.

    Args:
        config: the training.
        sizes: images to learn from of the sources whose size is not the same everywhere.
    """
    samples = sum(_samples(name, config, sizes) for name in config.sources)
    each = SECONDS_A_IMAGE * ARCHITECTURES[config.architecture].milliseconds / ARCHITECTURES["small"].milliseconds
    learning = config.epochs * samples * each + config.line_epochs * COUNTS[Part.TRAINING] * SECONDS_A_LINE
    if config.precision == "float32":
        learning *= OF_FLOAT32
    preparing = samples * 5e-4 + 10
    return Estimate(samples, preparing + learning)


def _samples(name: str, config: TrainingConfig, sizes: Mapping[str, int]) -> int:
    source = SOURCES[name]
    size = sizes.get(name, 0) if source.size is None else source.size
    return min(size, config.limit or size) * source.copies(config.drawings)
