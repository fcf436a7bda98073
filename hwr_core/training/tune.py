"""Tuning with Optuna (Akiba et al., 2019): trials on a part of the data, bad ones pruned, the study kept in a file."""

import os
import time
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import keras
import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from hwr_core.datasets.sources import Places
from hwr_core.errors import HwrError, InvalidValue, NotFound
from hwr_core.jobs.events import EventKind
from hwr_core.jobs.folder import JobFolder
from hwr_core.jobs.report import Report
from hwr_core.training.data import prepare
from hwr_core.training.digit_task import digits_task
from hwr_core.training.pipeline import load_data
from hwr_core.training.search_space import TuningConfig, best_config, suggest
from hwr_core.training.train import EpochResult, train

STUDY = "hwr"
JOURNAL = "study.journal"
ENDED = (TrialState.COMPLETE, TrialState.PRUNED)
ENOUGH = 8
"""Completed trials from which on it is told which value mattered most."""
LOOK = 0.5


@dataclass(frozen=True, slots=True)
class Tuned:
    """What a tuning found: the best values and their validation accuracy, that of the base, and how many trials ran."""

    params: dict[str, Any]
    value: float
    base_value: float | None
    trials: int
    pruned: int


def tune(tuning: TuningConfig, places: Places, folder: JobFolder, report: Report, cores: int) -> Tuned:
    """Run trials until a budget is spent, and return the best.

    Args:
        tuning: what to vary and how much to spend.
        places: where data lies.
        folder: the study is kept in it; a tuning that was stopped goes on with it.
        report: hears of each trial, and stops the work by raising Stopped.
        cores: for all workers together.

    Raises:
        DatasetMissing: a source is not there.
        InvalidValue: no trial came to its end.
    """
    load_data(tuning.of_a_trial, places, folder.checkpoints / "prepared", report, cores)
    study = _study(folder)
    _settle_the_dead(study)
    if not study.get_trials(deepcopy=False):
        base = tuning.of_a_trial.model_dump()
        study.enqueue_trial({name: base[name] for name in tuning.vary})
    deadline = None if tuning.minutes is None else time.time() + tuning.minutes * 60
    if tuning.workers == 1:
        work(tuning, places, folder.path, deadline, report)
    else:
        _work_together(tuning, places, folder, deadline, report, max(1, cores // tuning.workers))
    return _found(study)


def work(
    tuning: TuningConfig, places: Places, path: Path, deadline: float | None, report: Report | None = None
) -> None:
    """Run trials of the study in a folder until a budget is spent: what each worker does."""
    folder = JobFolder(path)
    if report is None:
        report = Report(folder)
        report.listen()
    data = prepare(tuning.of_a_trial, places, folder.checkpoints / "prepared")
    study = _study(folder)
    teller = _Teller(tuning, report)

    def objective(trial: optuna.Trial) -> float:
        keras.backend.clear_session()
        best = 0.0

        def on_epoch(epoch: EpochResult) -> None:
            nonlocal best
            best = max(best, epoch.val_accuracy)
            trial.report(epoch.val_accuracy, epoch.epoch)
            if epoch.epoch < epoch.epochs and trial.should_prune():
                raise optuna.TrialPruned

        config = suggest(trial, tuning)
        train(config, digits_task(config, data), on_epoch, on_batch=lambda _: report.check())
        return best

    while not _is_spent(study, tuning, deadline):
        study.optimize(objective, n_trials=1, callbacks=[teller])


def _work_together(  # noqa: PLR0913, PLR0917  all of one tuning
    tuning: TuningConfig, places: Places, folder: JobFolder, deadline: float | None, report: Report, threads: int
) -> None:
    """Run trials in processes of their own, which meet in the file of the study."""
    for name in ("OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
        os.environ[name] = str(threads)
    spawn = get_context("spawn")
    workers = [
        spawn.Process(target=work, args=(tuning, places, folder.path, deadline), name=f"worker-{number}")
        for number in range(tuning.workers)
    ]
    for worker in workers:
        worker.start()
    try:
        while any(worker.is_alive() for worker in workers):
            report.check()
            time.sleep(LOOK)
    finally:
        for worker in workers:
            worker.terminate()
            worker.join()
    if any(worker.exitcode for worker in workers):
        raise HwrError("A worker of the tuning failed; the log tells more.")


def read_study(folder: Path) -> optuna.Study:
    """Return the study that a tuning keeps in its folder, as it is now.

    Raises:
        NotFound: no tuning was run there.
    """
    if not (folder / JOURNAL).is_file():
        raise NotFound("There is no study in the folder: no tuning was run there.")
    return optuna.load_study(study_name=STUDY, storage=_storage(folder))


def _storage(folder: Path) -> JournalStorage:
    return JournalStorage(JournalFileBackend(str(folder / JOURNAL)))


def _study(folder: JobFolder) -> optuna.Study:
    return optuna.create_study(
        study_name=STUDY,
        storage=_storage(folder.path),
        sampler=optuna.samplers.TPESampler(seed=None, n_startup_trials=8),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=1),
        direction="maximize",
        load_if_exists=True,
    )


def _settle_the_dead(study: optuna.Study) -> None:
    """Fail the trials that a killed attempt left running; they count for nothing."""
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        study.tell(trial.number, state=TrialState.FAIL)


def _is_spent(study: optuna.Study, tuning: TuningConfig, deadline: float | None) -> bool:
    """Whether no further trial may begin; those that run count as done, or workers would begin too many."""
    begun = study.get_trials(deepcopy=False, states=(*ENDED, TrialState.RUNNING))
    return len(begun) >= tuning.trials or (deadline is not None and time.time() >= deadline)


class _Teller:
    """Tells of each trial as it ends, of the progress, and of which value mattered."""

    def __init__(self, tuning: TuningConfig, report: Report) -> None:
        self._tuning = tuning
        self._report = report
        self._began = time.monotonic()
        self._seen = 0

    def __call__(self, study: optuna.Study, trial: optuna.trial.FrozenTrial) -> None:
        """Hear of a trial that has ended, as Optuna calls it."""
        duration = trial.duration
        value = trial.value if trial.state is TrialState.COMPLETE else None
        self._report.tell(
            EventKind.TRIAL,
            number=trial.number,
            state=trial.state.name.lower(),
            value=value,
            epochs=len(trial.intermediate_values),
            params=trial.params,
            seconds=None if duration is None else duration.total_seconds(),
        )
        told = "was pruned" if value is None else f"validation accuracy {value:.4f}"
        self._report.say(f"trial {trial.number}: {told}, {trial.params}")
        self._seen += 1
        ended = len(study.get_trials(deepcopy=False, states=ENDED))
        each = (time.monotonic() - self._began) / self._seen
        left = max(0, self._tuning.trials - ended) * each / self._tuning.workers
        share = min(1.0, ended / self._tuning.trials)
        self._report.progress(
            0.05 + (0.45 if self._tuning.train_best else 0.95) * share,
            f"Trial {ended} of {self._tuning.trials}",
            round(left, 1),
        )
        self._tell_importance(study)

    def _tell_importance(self, study: optuna.Study) -> None:
        complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        if len(complete) < ENOUGH or len({trial.value for trial in complete}) == 1:
            return
        evaluator = optuna.importance.PedAnovaImportanceEvaluator(target_quantile=0.25)
        found = optuna.importance.get_param_importances(study, evaluator=evaluator)
        self._report.tell(EventKind.IMPORTANCE, importance=found)


def _found(study: optuna.Study) -> Tuned:
    trials = study.get_trials(deepcopy=False)
    complete = [trial for trial in trials if trial.state is TrialState.COMPLETE]
    if not complete:
        raise InvalidValue("No trial came to its end; more trials or minutes are needed.")
    first = trials[0]
    return Tuned(
        params=dict(study.best_params),
        value=study.best_value,
        base_value=first.value if first.state is TrialState.COMPLETE else None,
        trials=len([trial for trial in trials if trial.state in ENDED]),
        pruned=len([trial for trial in trials if trial.state is TrialState.PRUNED]),
    )


def result_of(tuning: TuningConfig, tuned: Tuned) -> dict[str, Any]:
    """Return what a job says of its tuning; `best_config` is a TrainingConfig like any other."""
    return {
        "best_params": tuned.params,
        "best_value": tuned.value,
        "base_value": tuned.base_value,
        "trials": tuned.trials,
        "pruned": tuned.pruned,
        "best_config": best_config(tuning, tuned.params).model_dump(mode="json"),
    }
