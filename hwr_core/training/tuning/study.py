"""The Optuna study of a tuning: where it is kept, opening, budget, result."""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import optuna
from optuna.storages import BaseStorage, JournalStorage, fail_stale_trials
from optuna.storages.journal import JournalFileBackend
from optuna.trial import TrialState

from hwr_core.errors import InvalidValue, NotFound
from hwr_core.jobs.report import Report
from hwr_core.training.tuning.search_space import TuningConfig, best_config

STUDY = "hwr"
JOURNAL = "study.journal"
DEADLINE = "deadline"
POLL = 0.5
"""Seconds between two looks at trials that run elsewhere."""
ENDED = (TrialState.COMPLETE, TrialState.PRUNED)


@dataclass(frozen=True, slots=True)
class Tuned:
    """What a tuning found: the best values, their validation accuracy and that of the base, and how many trials ran."""

    params: dict[str, Any]
    value: float
    base_value: float | None
    trials: int
    pruned: int


@dataclass(frozen=True, slots=True)
class StudyPlace:
    """Where a study is kept: in a file in the folder of its job, or in the PostgreSQL database that servers share."""

    folder: Path
    database: str | None = None
    name: str = STUDY

    @property
    def is_shared(self) -> bool:
        """Whether other machines may run its trials."""
        return self.database is not None


def study_place(job: str, folder: Path, database: str | None) -> StudyPlace:
    """Return where the study of a job is kept: in the database, whose address is given, or else in its folder.

    `job` is the job's key: histories in different schemas of a database share the schema of the studies.
    """
    return StudyPlace(folder) if database is None else StudyPlace(folder, database, f"hwr-job-{job}")


def read_study(place: StudyPlace) -> optuna.Study:
    """Return the study of a tuning as it is now.

    Raises:
        NotFound: no trial of it has begun.
    """
    if not place.is_shared and not (place.folder / JOURNAL).is_file():
        raise NotFound("There is no study in the folder: no tuning has run there.")
    try:
        return optuna.load_study(study_name=place.name, storage=_storage(place))
    except KeyError as error:
        raise NotFound("The tuning has begun no trial yet: it prepares its data. Try again in a moment.") from error


def open_study(place: StudyPlace) -> optuna.Study:
    """Return the study of a tuning, a new one if there is none."""
    return optuna.create_study(
        study_name=place.name,
        storage=_storage(place),
        sampler=optuna.samplers.TPESampler(seed=None, n_startup_trials=8),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=5, n_warmup_steps=1),
        direction="maximize",
        load_if_exists=True,
    )


def _storage(place: StudyPlace) -> BaseStorage:
    if place.database is not None:
        from hwr_core.training.tuning.shared_study import shared_storage  # noqa: PLC0415  loads SQLAlchemy

        return shared_storage(place.database)
    return JournalStorage(JournalFileBackend(str(place.folder / JOURNAL)))


def begin_study(place: StudyPlace, tuning: TuningConfig, deadline: float | None) -> optuna.Study:
    """Return the study with no trial running that nobody works on; the first trial of a new one is the base config."""
    study = open_study(place)
    study.set_user_attr(DEADLINE, deadline)
    if place.is_shared:
        fail_stale_trials(study)
    else:
        for trial in study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
            study.tell(trial.number, state=TrialState.FAIL)  # left behind by an attempt that was killed
    if not study.get_trials(deepcopy=False):
        base = tuning.of_a_trial.model_dump()
        study.enqueue_trial({name: base[name] for name in tuning.vary})
    return study


def deadline_of(study: optuna.Study) -> float | None:
    """Return the moment (seconds since the epoch) after which no trial begins; None for none."""
    found: float | None = study.user_attrs.get(DEADLINE)
    return found


def wait_for_others(study: optuna.Study, report: Report) -> None:
    """Wait until the trials that run on other machines have ended, or their processes are dead. Raises Stopped."""
    while study.get_trials(deepcopy=False, states=(TrialState.RUNNING,)):
        report.raise_if_stopping()
        fail_stale_trials(study)
        time.sleep(POLL)


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
