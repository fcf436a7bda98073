"""TrainingRun: everything that the steps of one training share."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from hwr_core.datasets.request import Places
from hwr_core.jobs.report import Report
from hwr_core.registry.registry import Registry
from hwr_core.training.config import TrainingConfig

Share = Callable[[float], float]
"""From a share of one step to a share of the whole job."""


def whole(done: float) -> float:
    """The share of a step that is the whole job."""
    return done


def between(start: float, end: float, share: Share = whole) -> Share:
    """Return the share of a step that goes from one share of a larger step to another."""
    return lambda done: share(start + (end - start) * done)


@dataclass(frozen=True, slots=True)
class TrainingRun:
    """One training: its config, where to read and write, and whom to report to.

    Attributes:
        config: what to train and how.
        places: where data lies.
        registry: where to publish.
        folder: for prepared data and checkpoints; a training that was stopped continues if it gets the same one.
        report: hears of all progress, and stops the training by raising Stopped.
        processes: how many processes draw strokes at once.
        job: number of the job, for the model card.
        share: from a share of this run to a share of the whole job.
    """

    config: TrainingConfig
    places: Places
    registry: Registry
    folder: Path
    report: Report
    processes: int
    job: int | None = None
    share: Share = whole

    def progress(self, done: float, doing: str, eta_seconds: float | None = None) -> None:
        """Report how far the run has come. Raises Stopped."""
        self.report.progress(self.share(done), doing, eta_seconds)

    def step(self, start: float, end: float) -> Self:
        """Return the run as one of its steps sees it, whose progress is that from `start` to `end`."""
        return replace(self, share=between(start, end, self.share))
