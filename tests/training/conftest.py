"""One real training, small enough for a test: a few hundred drawings, a few epochs, stopped once and resumed."""

import gzip
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from hwr_core.datasets.request import Places
from hwr_core.datasets.samples import Part, part_of
from hwr_core.errors import Stopped
from hwr_core.jobs.events import EventKind
from hwr_core.jobs.folder import JobFolder
from hwr_core.jobs.report import Report
from hwr_core.recognition.types import DIGITS
from hwr_core.registry.registry import ModelVersion, Registry
from hwr_core.training.config import TrainingConfig
from hwr_core.training.run import TrainingRun
from tests.handwriting import hand_made_strokes

SOURCE = "strokes-unipen"


@dataclass(frozen=True, slots=True)
class Made:
    """A training that was stopped after its first epoch and then run to its end, with its log."""

    config: TrainingConfig
    version: ModelVersion
    registry: Registry
    places: Places
    job: JobFolder

    @property
    def log(self) -> list[str]:
        """All lines of its log."""
        return [event.data["text"] for event in self.job.events.read()[0] if event.kind is EventKind.LOG]


def write_strokes(file: Path, counts: dict[Part, int]) -> None:
    """Write so many shaky copies of each hand-made digit, and half as many crosses, for each part."""
    rng = np.random.default_rng(0)
    cross = [np.array([[0.2, 0.2], [0.8, 0.8]]), np.array([[0.8, 0.2], [0.2, 0.8]])]
    shapes = [*((digit, hand_made_strokes(digit)) for digit in DIGITS), ("X", cross)]
    with gzip.open(file, "wt", encoding="utf-8") as lines:
        for part, count in counts.items():
            writer = next(f"writer {n}" for n in range(99) if part_of(f"writer {n}") is part)
            for label, strokes in shapes * count:
                shaky = [(stroke * 1000 + rng.normal(0, 8, stroke.shape)).round().tolist() for stroke in strokes]
                lines.write(json.dumps({"label": label, "writer": writer, "strokes": shaky}) + "\n")


class Impatient(Report):
    """The job is asked to stop after its first epoch."""

    def log(self, text: str) -> None:
        """Log it, and stop."""
        super().log(text)
        if text.startswith("epoch"):
            raise Stopped(text)


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """Train and publish a version as `hwr train` does, with one interruption."""
    from hwr_core.training.pipeline import train_version  # here, because collecting tests shall not load TensorFlow

    folder = tmp_path_factory.mktemp("training")
    write_strokes(folder / f"{SOURCE}.jsonl.gz", {Part.TRAINING: 60, Part.VALIDATION: 5, Part.TEST: 5})
    config = TrainingConfig(
        epochs=3,
        batch_size=8,
        ema_momentum=0.5,
        augmentation=0.3,
        drawings=1,
        sources=(SOURCE,),
    )
    registry, job = Registry(folder / "models"), JobFolder(folder / "job")
    places = Places(folder, folder / "custom_dataset", folder / "corrections.npz")
    job.path.mkdir()

    def make(report: Report) -> ModelVersion:
        return train_version(TrainingRun(config, places, registry, job.checkpoints, report, processes=2, job=7))

    with pytest.raises(Stopped):
        make(Impatient(job))
    assert registry.versions() == []
    return Made(config, make(Report(job)), registry, places, job)
