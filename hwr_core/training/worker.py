"""The program of a job's child process: `python -m hwr_core.training.worker FOLDER` does what the spec in it says."""

import logging
import os
import shutil
import sys
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hwr_core.datasets.request import Places
from hwr_core.errors import HwrError, Stopped
from hwr_core.evaluation.config import evaluation_config
from hwr_core.evaluation.gate import far_worse
from hwr_core.evaluation.measure import measure, measure_for_promotion
from hwr_core.evaluation.promotion import Promotions
from hwr_core.evaluation.stored_pointers import open_registry
from hwr_core.evaluation.suites import available_suites, find_suite, folder_suite, gate_suites
from hwr_core.jobs.events import EventKind
from hwr_core.jobs.folder import JobFolder
from hwr_core.jobs.report import Report, lower_priority
from hwr_core.jobs.spec import JobSpec
from hwr_core.jobs.table import JobKind
from hwr_core.registry.registry import ModelVersion, Registry
from hwr_core.settings import load_settings
from hwr_core.training.config import TrainingConfig, training_config
from hwr_core.training.run import Share, TrainingRun, between, whole
from hwr_core.training.scripts.config import scripts_config
from hwr_core.training.tuning.search_space import tuning_config

MEASURED_FROM = 0.9
"""Share of a training at which the version is published and only its evaluation is left."""

Result = dict[str, Any]


def main(folder: JobFolder) -> int:
    """Do the work of a job and report how it ended; return the exit status."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    logging.getLogger("absl").setLevel(logging.ERROR)
    report = Report(folder)
    report.watch_folder_and_parent()
    report.emit(EventKind.STARTED)
    try:
        spec = folder.spec()
        if spec.priority == "idle":
            lower_priority()
        result = WORK[spec.kind](spec, folder, report)
    except Stopped:
        report.emit(EventKind.STOPPED)
        return 1
    except Exception as error:  # noqa: BLE001  whatever goes wrong is reported in words
        report.emit(EventKind.FAILED, error=_explain(error))
        return 1
    report.emit(EventKind.DONE, result=result)
    return 0


def _explain(error: Exception) -> str:
    """Return one sentence for the job's table; the trace of an unexpected error goes to the log."""
    if isinstance(error, HwrError):
        return str(error)
    traceback.print_exception(error)
    if isinstance(error, OSError):
        return f"The job could not continue: {error.strerror or 'a file failed'}."
    if isinstance(error, MemoryError):
        return "The job ran out of memory; a smaller batch needs less."
    return f"The job failed unexpectedly ({type(error).__name__}); see its log."


def _train(spec: JobSpec, folder: JobFolder, report: Report) -> Result:
    return _train_version(training_config(spec.config), spec, folder, report, whole)


def _train_version(config: TrainingConfig, spec: JobSpec, folder: JobFolder, report: Report, share: Share) -> Result:
    """Train and publish a version, measure it on the gate suites, and make it the challenger if it is one."""
    from hwr_core.training.pipeline import result_of, train_version  # noqa: PLC0415  loads TensorFlow

    run = TrainingRun(
        config,
        _places(spec),
        _registry(spec),
        folder.checkpoints,
        report,
        processes=spec.cores,
        job=spec.job,
        share=share,
    )
    version = train_version(run.step(0.0, MEASURED_FROM))
    return result_of(version) | _challenge(version, spec, report, share)


def _challenge(version: ModelVersion, spec: JobSpec, report: Report, share: Share) -> Result:
    """Measure a new version on the gate suites, and make it the challenger unless it is far worse than the champion.

    Returns what the job's result says of that: a challenger reads what waits for review, and a bad one fills the queue.
    """
    registry, places = _registry(spec), _places(spec)
    measure_for_promotion(version, registry, places, report, between(MEASURED_FROM, 1.0, share))
    if registry.champion_name() is None:
        return {"challenger": False, "far_worse": []}
    promotions = Promotions(registry)
    objections = far_worse(promotions.gate(version, gate_suites(places)))
    for objection in objections:
        report.log(f"not made the challenger: {objection}")
    if not objections:
        promotions.challenge(version, who=f"job {spec.job}", reason="The newest version.")
    return {"challenger": not objections, "far_worse": list(objections)}


def _train_scripts(spec: JobSpec, folder: JobFolder, report: Report) -> Result:
    """Train scripts for the served version, and publish and measure a version with them."""
    from hwr_core.training.scripts.pipeline import train_scripts  # noqa: PLC0415  loads TensorFlow

    config = scripts_config(spec.config)
    run = TrainingRun(
        config.for_network(), _places(spec), _registry(spec), folder.checkpoints, report, spec.cores, spec.job
    )
    version = train_scripts(run.step(0.0, MEASURED_FROM), config)
    assert version.card.scripts is not None, "it was published with scripts"
    return {
        "model_version": version.name,
        "accuracy": {each.script.name: each.accuracy for each in version.card.scripts.scripts},
        **_challenge(version, spec, report, whole),
    }


def _tune(spec: JobSpec, folder: JobFolder, report: Report) -> Result:
    from hwr_core.training.tuning.study import result_of, study_place  # noqa: PLC0415  loads Optuna
    from hwr_core.training.tuning.trial_report import TRIALS_DONE  # noqa: PLC0415  the same
    from hwr_core.training.tuning.tune import tune  # noqa: PLC0415  loads TensorFlow

    tuning = tuning_config(spec.config)
    url = load_settings().database_url
    place = study_place(spec.key, folder.path, None if url is None else url.get_secret_value())
    result = result_of(tuning, tune(tuning, _places(spec), folder, report, spec.cores, place))
    if tuning.train_best:
        best = training_config(result["best_config"])
        result |= _train_version(best, spec, folder, report, between(TRIALS_DONE, 1.0))
    shutil.rmtree(folder.checkpoints, ignore_errors=True)
    return result


def _evaluate(spec: JobSpec, _: JobFolder, report: Report) -> Result:
    config, places, registry = evaluation_config(spec.config), _places(spec), _registry(spec)
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


def _registry(spec: JobSpec) -> Registry:
    """The registry as the server that started us knows it, which told us its database by the environment."""
    return open_registry(load_settings(models_dir=spec.models, storage_url=spec.storage))


def _places(spec: JobSpec) -> Places:
    return Places(spec.datasets, spec.custom, spec.corrections, spec.numbers)


WORK: Mapping[JobKind, Callable[[JobSpec, JobFolder, Report], Result]] = {
    JobKind.TRAIN: _train,
    JobKind.SCRIPTS: _train_scripts,
    JobKind.TUNE: _tune,
    JobKind.EVALUATE: _evaluate,
}

if __name__ == "__main__":
    status = main(JobFolder(Path(sys.argv[1])))
    sys.stdout.flush()
    os._exit(status)  # TensorFlow's threads and our own would delay the exit
