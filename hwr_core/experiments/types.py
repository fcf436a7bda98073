"""An experiment: its arms, what it measures, and its end."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Metric(StrEnum):
    """What an experiment is decided by."""

    ACCURACY = "accuracy"
    """Of labelled predictions, how many are right."""
    CORRECTIONS = "corrections"
    """Of all predictions, how many were labelled as wrong."""
    REFUSALS = "refusals"
    """Of all predictions, how many were refused as no digit."""
    LATENCY = "latency"
    """Seconds from image to prediction."""

    @property
    def is_share(self) -> bool:
        """Whether it is a share of predictions, 0 to 1."""
        return self is not Metric.LATENCY

    @property
    def larger_is_better(self) -> bool:
        """Whether the arm with more of it wins."""
        return self is Metric.ACCURACY


SMALLEST: dict[Metric, float] = {
    Metric.ACCURACY: 0.02,
    Metric.CORRECTIONS: 0.01,
    Metric.REFUSALS: 0.01,
    Metric.LATENCY: 0.002,
}
"""The smallest difference that matters, where an experiment names none: shares, and seconds."""


class ExperimentState(StrEnum):
    """What has become of an experiment."""

    RUNNING = "running"
    DECIDED = "decided"
    """It has shown which arm is better, or that they are alike."""
    STOPPED = "stopped"
    """A user or a guardrail has stopped it."""
    ENDED = "ended"
    """Its time was over before it was decided."""


@dataclass(frozen=True, slots=True)
class Arm:
    """A model version, and the share of users that it serves, 0 to 1."""

    version: str
    share: float


@dataclass(frozen=True, slots=True)
class NewExperiment:
    """An experiment to start.

    `smallest` is the smallest difference that matters, a share or seconds. The first arm is the one that the others are
    compared with. `adaptive`: shares follow what each arm has shown so far.
    """

    name: str
    arms: tuple[Arm, ...]
    ends_at: datetime
    metric: Metric = Metric.ACCURACY
    smallest: float | None = None
    adaptive: bool = False


@dataclass(frozen=True, slots=True)
class Experiment:
    """A stored experiment; times are UTC with an offset. `reason` says why it ended, where it did."""

    id: int
    created_at: datetime
    user_id: int
    name: str
    arms: tuple[Arm, ...]
    ends_at: datetime
    metric: Metric
    smallest: float
    adaptive: bool
    state: ExperimentState
    finished_at: datetime | None = None
    reason: str = ""

    @property
    def is_running(self) -> bool:
        """Whether its arms serve users."""
        return self.state is ExperimentState.RUNNING
