"""The Optuna study of a tuning, kept in a file in its job's folder: opening, budget, result."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import JournalStorage
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from hwr_core.errors import InvalidValue, NotFound
from hwr_core.training.tuning.search_space import TuningConfig, best_config

STUDY = "hwr"
JOURNAL = "study.journal"
ENDED = (TrialState.COMPLETE, TrialState.PRUNED)


@dataclass(frozen=True, slots=True)
class Tuned:
    """What a tuning found: the best values, their validation accuracy and that of the base, and how many trials ran."""

    params: dict[str, Any]
    value: float
    base_value: float | None
    trials: int
    pruned: int


def read_study(folder: Path) -> optuna.Study:
    """Return the study that a tuning keeps in a folder, as it is now.

    Raises:
        NotFound: no tuning has run there.
    """
    if not (folder / JOURNAL).is_file():
        raise NotFound("There is no study in the folder: no tuning has run there.")
    return optuna.load_study(study_name=STUDY, storage=_storage(folder))


def open_study(folder: Path) -> optuna.Study:
    """Return the study in a folder, a new one if there is none."""
    return optuna.create_study(
        study_name=STUDY,
        storage=_storage(folder),
        sampler=optuna.samplers.TPESampler(seed=None, n_startup_trials=8),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=1),
        direction="maximize",
        load_if_exists=True,
    )


def _storage(folder: Path) -> JournalStorage:
    return JournalStorage(JournalFileBackend(str(folder / JOURNAL)))


def begin_study(folder: Path, tuning: TuningConfig) -> optuna.Study:
    """Return the study in a folder with no trial running; the first trial of a new one is the base config itself."""
    study = open_study(folder)
    for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        study.tell(trial.number, state=TrialState.FAIL)  # left behind by an attempt that was killed
    if not study.get_trials(deepcopy=False):
        base = tuning.of_a_trial.model_dump()
        study.enqueue_trial({name: base[name] for name in tuning.vary})
    return study


def count_ended(study: optuna.Study) -> int:
    """Return the number of trials that were completed or pruned."""
    return len(study.get_trials(deepcopy=False, states=ENDED))


def is_spent(study: optuna.Study, tuning: TuningConfig, deadline: float | None) -> bool:
    """Whether no further trial may begin; running trials count, or several workers would begin too many."""
    begun = study.get_trials(deepcopy=False, states=(*ENDED, TrialState.RUNNING))
    return len(begun) >= tuning.trials or (deadline is not None and time.time() >= deadline)


def summarise(study: optuna.Study) -> Tuned:
    """Return what a study found. Raises InvalidValue if no trial was completed."""
    trials = study.get_trials(deepcopy=False)
    if not any(trial.state is TrialState.COMPLETE for trial in trials):
        raise InvalidValue("No trial was completed; more trials or minutes are needed.")
    first = trials[0]
    return Tuned(
        params=dict(study.best_params),
        value=study.best_value,
        base_value=first.value if first.state is TrialState.COMPLETE else None,
        trials=len([trial for trial in trials if trial.state in ENDED]),
        pruned=len([trial for trial in trials if trial.state is TrialState.PRUNED]),
    )


def result_of(tuning: TuningConfig, tuned: Tuned) -> dict[str, Any]:
    """Return the result of a tuning job; `best_config` is a TrainingConfig like any other."""
    return {
        "best_params": tuned.params,
        "best_value": tuned.value,
        "base_value": tuned.base_value,
        "trials": tuned.trials,
        "pruned": tuned.pruned,
        "best_config": best_config(tuning, tuned.params).model_dump(mode="json"),
    }
