"""The program of a job's child process: `python -m hwr_core.training.worker FOLDER` does what the order in the folder says."""

import logging
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeAlias

from hwr_core.datasets.sources import Places
from hwr_core.errors import HwrError, Stopped
from hwr_core.evaluation.config import evaluation_config
from hwr_core.evaluation.measure import Shares, measure, measure_for_promotion
from hwr_core.evaluation.promotion import Promotions
from hwr_core.evaluation.suites import available_suites, find_suite, folder_suite
from hwr_core.jobs.events import EventKind
from hwr_core.jobs.folder import JobFolder
from hwr_core.jobs.report import Report, stand_back
from hwr_core.jobs.table import Job, JobKind
from hwr_core.registry.registry import Registry
from hwr_core.settings import Settings
from hwr_core.training.config import TrainingConfig, training_config
from hwr_core.training.search_space import tuning_config

CORRECTIONS_FILE = "corrections.npz"

Order: TypeAlias = Mapping[str, Any]
"""What the parent wrote down of a job."""


def order_for(job: Job, settings: Settings, folder: Path) -> dict[str, Any]:
    """Return what a child has to be told about a job beside its config: where everything lies."""
    return {
        "job": job.id,
        "models": str(settings.models_dir),
        "datasets": str(settings.datasets),
        "custom": str(settings.custom_dataset),
        "corrections": str(folder / CORRECTIONS_FILE),
    }


def main(folder: JobFolder) -> int:
    """Do the work of a job and report how it ended; return the exit status."""
    stand_back()
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("absl").setLevel(logging.ERROR)
    report = Report(folder)
    report.listen_as_child()
    report.tell(EventKind.STARTED)
    order = folder.order()
    try:
        result = WORK[JobKind(order["kind"])](order, folder, report)
    except Stopped:
        report.tell(EventKind.STOPPED)
        return 1
    except HwrError as error:
        report.tell(EventKind.FAILED, error=str(error))
        return 1
    except OSError as error:
        traceback.print_exc()
        report.tell(EventKind.FAILED, error=f"The job could not go on: {error.strerror or 'a file failed'}.")
        return 1
    except MemoryError:
        traceback.print_exc()
        report.tell(EventKind.FAILED, error="The job needs more memory than there is; a smaller batch needs less.")
        return 1
    except Exception as error:  # noqa: BLE001  whatever goes wrong is told, and its trace is in the log
        traceback.print_exc()
        report.tell(
            EventKind.FAILED, error=f"The job failed unexpectedly ({type(error).__name__}); its log tells more."
        )
        return 1
    report.tell(EventKind.DONE, result=result)
    return 0


def _train(order: Order, folder: JobFolder, report: Report) -> dict[str, Any]:
    return _train_one(training_config(order["config"]), order, folder, report, lambda share: share)


def _train_one(
    config: TrainingConfig, order: Order, folder: JobFolder, report: Report, share: Shares
) -> dict[str, Any]:
    """Train, publish, measure on the gate suites, and let the new version challenge the champion."""
    from hwr_core.training.pipeline import make_version, result_of  # noqa: PLC0415  loads TensorFlow

    places, registry = _places(order), Registry(Path(order["models"]))
    version = make_version(
        config,
        places=places,
        registry=registry,
        folder=folder.checkpoints,
        report=report,
        processes=order["cores"],
        job=order["job"],
        share=lambda done: share(0.9 * done),
    )
    measure_for_promotion(version, registry, places, report, lambda done: share(0.9 + 0.1 * done))
    if registry.champion_name() is not None:
        Promotions(registry).challenge(version, who=f"job {order['job']}", reason="The newest version.")
    return result_of(version)


def _tune(order: Order, folder: JobFolder, report: Report) -> dict[str, Any]:
    from hwr_core.training.tune import result_of, tune  # noqa: PLC0415  loads TensorFlow

    tuning = tuning_config(order["config"])
    result = result_of(tuning, tune(tuning, _places(order), folder, report, order["cores"]))
    if tuning.train_best:
        shutil.rmtree(folder.checkpoints / "prepared", ignore_errors=True)  # a part of the data; now all of it is due
        best = training_config(result["best_config"])
        result |= _train_one(best, order, folder, report, lambda done: 0.5 + 0.5 * done)
    shutil.rmtree(folder.checkpoints, ignore_errors=True)
    return result


def _evaluate(order: Order, _: JobFolder, report: Report) -> dict[str, Any]:
    config, places = evaluation_config(order["config"]), _places(order)
    registry = Registry(Path(order["models"]))
    names = config.suites or (() if config.folder else available_suites(places))
    suites = [find_suite(name, places) for name in names]
    if config.folder:
        suites.append(folder_suite(config.folder))
    found = measure([registry.get(name) for name in config.versions], suites, places, report, limit=config.limit)
    return {
        "versions": list(config.versions),
        "suites": list(dict.fromkeys(each.suite for each in found)),
        "accuracy": {
            version: {each.suite: each.figures.accuracy.share for each in found if each.version == version}
            for version in config.versions
        },
    }


def _places(order: Order) -> Places:
    return Places(Path(order["datasets"]), Path(order["custom"]), Path(order["corrections"]))


WORK: Mapping[JobKind, Callable[[Order, JobFolder, Report], dict[str, Any]]] = {
    JobKind.TRAIN: _train,
    JobKind.TUNE: _tune,
    JobKind.EVALUATE: _evaluate,
}

if __name__ == "__main__":
    status = main(JobFolder(Path(sys.argv[1])))
    sys.stdout.flush()
    os._exit(status)  # TensorFlow's and our own waiting threads would hold the end up
