"""Reports the trials of a tuning: each as it ends, how far the tuning has come, and which values matter most."""

import time

import optuna
from optuna.trial import TrialState

from hwr_core.jobs.events import EventKind
from hwr_core.jobs.report import Report
from hwr_core.training.tuning.search_space import TuningConfig
from hwr_core.training.tuning.study import count_ended

PREPARED = 0.05
"""Share of a tuning at which the data is ready."""
TRIALS_DONE = 0.5
"""Share at which the trials have ended, if the best config is then trained in full."""
ENOUGH = 8
"""Completed trials from which on the importance of each value is reported."""


class TrialReport:
    """An Optuna callback that reports each trial."""

    def __init__(self, tuning: TuningConfig, report: Report) -> None:
        self._tuning = tuning
        self._report = report
        self._began = time.monotonic()
        self._seen = 0

    def __call__(self, study: optuna.Study, trial: optuna.trial.FrozenTrial) -> None:
        """Report a trial that has ended, as Optuna calls it."""
        self._seen += 1
        self._report_trial(trial)
        self._report_progress(count_ended(study))
        self._report_importance(study)

    def _report_trial(self, trial: optuna.trial.FrozenTrial) -> None:
        duration = trial.duration
        value = trial.value if trial.state is TrialState.COMPLETE else None
        self._report.emit(
            EventKind.TRIAL,
            number=trial.number,
            state=trial.state.name.lower(),
            value=value,
            epochs=len(trial.intermediate_values),
            params=trial.params,
            seconds=None if duration is None else duration.total_seconds(),
        )
        outcome = "was pruned" if value is None else f"validation accuracy {value:.4f}"
        self._report.log(f"trial {trial.number}: {outcome}, {trial.params}")

    def _report_progress(self, ended: int) -> None:
        each = (time.monotonic() - self._began) / self._seen
        left = max(0, self._tuning.trials - ended) * each / self._tuning.workers
        trials_done = TRIALS_DONE if self._tuning.train_best else 1.0
        share = min(1.0, ended / self._tuning.trials)
        doing = f"Trial {ended} of {self._tuning.trials}"
        self._report.progress(PREPARED + (trials_done - PREPARED) * share, doing, round(left, 1))

    def _report_importance(self, study: optuna.Study) -> None:
        complete = study.get_trials(deepcopy=False, states=(TrialState.COMPLETE,))
        if len(complete) < ENOUGH or len({trial.value for trial in complete}) == 1:
            return
        evaluator = optuna.importance.PedAnovaImportanceEvaluator(target_quantile=0.25)
        found = optuna.importance.get_param_importances(study, evaluator=evaluator)
        self._report.emit(EventKind.IMPORTANCE, importance=found)
