"""About how long a training will take, estimated before it begins from the sizes of its data and earlier trainings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median

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

TELLING = 10.0
"""Seconds from which on the time of a training tells how fast a machine is: building a network takes some, too."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """Training samples per epoch, seconds until the version is published, and seconds to measure it then.

    Half or twice as long is common before a machine has trained; afterwards a tenth more or less. `measuring` is what
    the served version took on the same suites.
    """

    samples: int
    seconds: float
    measuring: float = 0.0

    @property
    def total(self) -> float:
        """Seconds until the job is done."""
        return self.seconds + self.measuring


@dataclass(frozen=True, slots=True)
class PastTraining:
    """A training that has ended: its config, and how many seconds its epochs took."""

    config: TrainingConfig
    seconds: float


def estimate(
    config: TrainingConfig, sizes: Mapping[str, int], past: Sequence[PastTraining] = (), measuring: float = 0.0
) -> Estimate:
    """Return an estimate for a training.

    Args:
        config: the training.
        sizes: training images of those sources whose size differs from one machine to another.
        past: earlier trainings on this machine, by which the estimate is corrected.
        measuring: seconds that measuring the version will take.
    """
    samples = sum(_samples(name, config, sizes) for name in config.sources)
    lines = config.line_epochs * (LINES[Part.TRAINING] + STRIPS[Part.TRAINING]) * SECONDS_PER_LINE
    pages = config.page_epochs * CROPS[Part.TRAINING] * SECONDS_PER_CROP
    learning = _learning_digits(config, sizes) + (lines + pages) * _factor(config)
    preparing = samples * 5e-4 + 10
    return Estimate(samples, preparing + learning * _pace(past, sizes), measuring)


def _learning_digits(config: TrainingConfig, sizes: Mapping[str, int]) -> float:
    """Seconds of the epochs of the network for digits, on two usual cores."""
    samples = sum(_samples(name, config, sizes) for name in config.sources)
    each = SECONDS_PER_IMAGE * ARCHITECTURES[config.architecture].milliseconds / ARCHITECTURES["small"].milliseconds
    return config.epochs * samples * each * _factor(config)


def _factor(config: TrainingConfig) -> float:
    return FLOAT32_FACTOR if config.precision == "float32" else 1.0


def _pace(past: Sequence[PastTraining], sizes: Mapping[str, int]) -> float:
    """How many times as long as estimated earlier trainings took; those of seconds tell nothing."""
    long = [(each.seconds, _learning_digits(each.config, sizes)) for each in past if each.seconds >= TELLING]
    return median([seconds / max(expected, 1.0) for seconds, expected in long]) if long else 1.0


def _samples(name: str, config: TrainingConfig, sizes: Mapping[str, int]) -> int:
    source = SOURCES[name]
    size = sizes.get(name, 0) if source.size is None else source.size
    return min(size, config.limit or size) * source.copies(config.drawings)
