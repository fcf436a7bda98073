"""About how long a training will take, estimated before it begins from the sizes of its data."""

from collections.abc import Mapping
from dataclasses import dataclass

from hwr_core.datasets.lines.made import COUNTS as LINES
from hwr_core.datasets.pages.crops import COUNTS as CROPS
from hwr_core.datasets.pages.strips import COUNTS as STRIPS
from hwr_core.datasets.samples import Part
from hwr_core.datasets.sources import SOURCES
from hwr_core.training.config import ARCHITECTURES, TrainingConfig

SECONDS_PER_IMAGE = 1.1e-3
"""Of an epoch of the network `small` on two cores in bfloat16, including validation."""

SECONDS_PER_LINE, SECONDS_PER_CROP = 4e-3, 9e-2
"""The same for the line reader, and for the page network."""

FLOAT32_FACTOR = 1.4
"""How much longer float32 takes than bfloat16."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Training samples per epoch, and seconds until the version is published: half or twice as long is common."""

    samples: int
    seconds: float


def estimate(config: TrainingConfig, sizes: Mapping[str, int]) -> Estimate:
    """Return an estimate for a training.

    Args:
        config: the training.
        sizes: training images of those sources whose size differs from one machine to another.
    """
    samples = sum(_samples(name, config, sizes) for name in config.sources)
    each = SECONDS_PER_IMAGE * ARCHITECTURES[config.architecture].milliseconds / ARCHITECTURES["small"].milliseconds
    lines = config.line_epochs * (LINES[Part.TRAINING] + STRIPS[Part.TRAINING]) * SECONDS_PER_LINE
    pages = config.page_epochs * CROPS[Part.TRAINING] * SECONDS_PER_CROP
    learning = config.epochs * samples * each + lines + pages
    if config.precision == "float32":
        learning *= FLOAT32_FACTOR
    preparing = samples * 5e-4 + 10
    return Estimate(samples, preparing + learning)


def _samples(name: str, config: TrainingConfig, sizes: Mapping[str, int]) -> int:
    source = SOURCES[name]
    size = sizes.get(name, 0) if source.size is None else source.size
    return min(size, config.limit or size) * source.copies(config.drawings)
