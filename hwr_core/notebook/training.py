"""Training and tuning in the notebook's own process. Loads TensorFlow only when one is started."""

import logging
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hwr_core.app.workspace import open_workspace
from hwr_core.datasets.sources import CORRECTIONS, CUSTOM
from hwr_core.jobs.folder import JobFolder
from hwr_core.jobs.report import Report
from hwr_core.notebook.data import data_places
from hwr_core.notebook.versions import find_version
from hwr_core.registry.registry import ModelVersion
from hwr_core.training.config import training_config

if TYPE_CHECKING:  # Optuna takes its time, which a single prediction should not
    import optuna


def train(*, folder: str | Path | None = None, **values: Any) -> ModelVersion:
    """Train a model version in this process, telling of each epoch, publish it and return it. Nothing is promoted.

    Args:
        folder: labelled images to be the data set "custom", a folder for each label; without `sources` it learns from
            these and from noise.
        values: those of a `TrainingConfig` that are not to be the shipped model's, such as `epochs=3, limit=500,
            augmentation=0`; without `sources` it learns from all data that is there. `start` takes a version to begin
            with, whose network is taken too.

    Raises:
        InvalidValue: a name or a value is not allowed.
        DatasetMissing: a source that was asked for is not there.
        NotFound, ModelUnavailable: the version to start from is not there, or damaged.
    """
    _quieten_tensorflow()
    from hwr_core.training.pipeline import train_version  # noqa: PLC0415  loads TensorFlow
    from hwr_core.training.run import TrainingRun  # noqa: PLC0415

    workspace = open_workspace()
    if values.get("start") is not None:
        start = find_version(values["start"])
        values = {"architecture": start.card.architecture, **values, "start": start.name}
    if folder is None:
        config = workspace.modelling.config(values)
    else:
        config = training_config({"sources": (CUSTOM, "noise"), **values})
    with data_places(folder, with_corrections=CORRECTIONS in config.sources) as places, _job() as job:
        processes = os.cpu_count() or 1
        return train_version(TrainingRun(config, places, workspace.registry, job.checkpoints, Report(job), processes))


def tune(folder: str | Path, **values: Any) -> "optuna.Study":
    """Search for a better config in this process (Akiba et al., 2019, "Optuna"), and return the study.

    Args:
        folder: where the study is kept; a tuning that was stopped goes on with it.
        values: those of a `TuningConfig`, such as `trials=20, epochs=4, base={"architecture": "small"}`.

    Raises: what `train` raises.
    """
    _quieten_tensorflow()
    from hwr_core.training.tuning.study import StudyPlace, read_study  # noqa: PLC0415  loads Optuna
    from hwr_core.training.tuning.tune import tune as run_trials  # noqa: PLC0415  loads TensorFlow

    logging.getLogger("optuna").setLevel(logging.WARNING)  # each trial is told of already
    tuning = open_workspace().modelling.tuning(values)
    job = JobFolder(Path(folder).expanduser())
    job.path.mkdir(parents=True, exist_ok=True)
    with data_places(with_corrections=CORRECTIONS in tuning.base.sources) as places:
        run_trials(tuning, places, job, Report(job), os.cpu_count() or 1)
    return read_study(StudyPlace(job.path))


@contextmanager
def _job() -> Iterator[JobFolder]:
    """A folder for what a training in this process puts down on its way."""
    with tempfile.TemporaryDirectory() as folder:
        yield JobFolder(Path(folder))


def _quieten_tensorflow() -> None:
    """Keep what TensorFlow says as it is loaded out of a notebook's cell, unless somebody wants to hear it."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
