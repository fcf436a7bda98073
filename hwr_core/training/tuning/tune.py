"""Tuning with Optuna (Akiba et al., 2019): trials on a part of the data, of which bad ones are pruned."""

import os
import time
from multiprocessing import get_context

import keras
import optuna

from hwr_core.datasets.request import Places
from hwr_core.errors import HwrError
from hwr_core.jobs.folder import JobFolder
from hwr_core.jobs.report import Report
from hwr_core.training.callbacks import EpochResult
from hwr_core.training.data import TrainingData, load_data, prepare
from hwr_core.training.digit_task import digit_task
from hwr_core.training.run import between
from hwr_core.training.train import train
from hwr_core.training.tuning.search_space import TuningConfig, suggest
from hwr_core.training.tuning.study import (
    StudyPlace,
    Tuned,
    begin_study,
    is_spent,
    open_study,
    summarise,
    wait_for_others,
)
from hwr_core.training.tuning.trial_report import PREPARED, TrialReport

POLL = 0.5
"""Seconds between two looks at the workers."""


def tune(  # noqa: PLR0913, PLR0917  all of one tuning
    tuning: TuningConfig,
    places: Places,
    folder: JobFolder,
    report: Report,
    cores: int,
    place: StudyPlace | None = None,
) -> Tuned:
    """Run trials until the budget is spent, and return what they found.

    Args:
        tuning: what to vary and how much to spend.
        places: where data lies.
        folder: holds the study; a tuning that was stopped continues with it.
        report: hears of each trial, and stops the work by raising Stopped.
        cores: for all workers together.
        place: where the study is kept; in the folder if None.

    Raises:
        DatasetMissing: a source is not there.
        InvalidValue: no trial was completed.
    """
    load_data(tuning.of_a_trial, places, folder.checkpoints / "prepared", report, cores, between(0.0, PREPARED))
    place = place or StudyPlace(folder.path)
    deadline = None if tuning.minutes is None else time.time() + tuning.minutes * 60
    study = begin_study(place, tuning, deadline)
    while not is_spent(study, tuning, deadline):
        if tuning.workers == 1:
            run_trials(tuning, places, place, deadline, report)
        else:
            _run_workers(tuning, places, place, deadline, report, max(1, cores // tuning.workers))
        if place.is_shared:  # trials of a machine that was killed have failed then, and are made up for
            wait_for_others(study, report)
    return summarise(study)


def run_trials(
    tuning: TuningConfig, places: Places, place: StudyPlace, deadline: float | None, report: Report | None = None
) -> None:
    """Run trials of the study of a tuning until the budget is spent: the work of each worker."""
    folder = JobFolder(place.folder)
    if report is None:
        report = Report(folder)
        report.watch_folder()
    objective = _Objective(tuning, prepare(tuning.of_a_trial, places, folder.checkpoints / "prepared"), report)
    study = open_study(place)
    trial_report = TrialReport(tuning, report)
    while not is_spent(study, tuning, deadline):
        study.optimize(objective, n_trials=1, callbacks=[trial_report])


class _Objective:
    """Trains with the values that a trial suggests, and returns the best validation accuracy."""

    def __init__(self, tuning: TuningConfig, data: TrainingData, report: Report) -> None:
        self._tuning = tuning
        self._data = data
        self._report = report

    def __call__(self, trial: optuna.Trial) -> float:
        """Run a trial, as Optuna asks for it."""
        keras.backend.clear_session()
        accuracies = [0.0]

        def on_epoch(epoch: EpochResult) -> None:
            accuracies.append(epoch.val_accuracy)
            trial.report(epoch.val_accuracy, epoch.epoch)
            if epoch.epoch < epoch.epochs and trial.should_prune():
                raise optuna.TrialPruned

        config = suggest(trial, self._tuning)
        train(config, digit_task(config, self._data), on_epoch, on_batch=lambda _: self._report.raise_if_stopping())
        return max(accuracies)


def _run_workers(  # noqa: PLR0913, PLR0917  all of one tuning
    tuning: TuningConfig, places: Places, place: StudyPlace, deadline: float | None, report: Report, threads: int
) -> None:
    """Run trials in several processes, which share the study."""
    for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
        os.environ[name] = str(threads)
    spawn = get_context("spawn")
    workers = [
        spawn.Process(target=run_trials, args=(tuning, places, place, deadline), name=f"worker-{number}")
        for number in range(tuning.workers)
    ]
    for worker in workers:
        worker.start()
    try:
        while any(worker.is_alive() for worker in workers):
            report.raise_if_stopping()
            time.sleep(POLL)
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()
    if any(worker.exitcode for worker in workers):
        raise HwrError("A worker of the tuning failed; the log tells more.")
