"""Runs trials of a tuning that another machine has begun: one worker a machine, on the study that they share."""

from hwr_core.datasets.request import Places
from hwr_core.jobs.folder import JobFolder
from hwr_core.jobs.report import Report
from hwr_core.training.tuning.search_space import TuningConfig
from hwr_core.training.tuning.study import StudyPlace, count_ended, deadline_of, read_study
from hwr_core.training.tuning.tune import run_trials


def join_tuning(tuning: TuningConfig, places: Places, place: StudyPlace) -> int:
    """Run trials in this process until the budget of the tuning is spent or it is stopped; return how many have ended.

    Raises:
        NotFound: its trials have not begun yet.
        Stopped: the tuning was stopped.
        DatasetMissing: a source is not on this machine.
    """
    study = read_study(place)
    report = Report(JobFolder(place.folder))
    report.watch_folder()
    run_trials(tuning, places, place, deadline_of(study), report)
    return count_ended(study)
