"""How everything stands at present: what works, today against the usual, and what needs attention."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from hwr_core.analytics.changes import BEFORE, LATELY, Change
from hwr_core.analytics.days import Today, today_and_before
from hwr_core.analytics.queries import Analytics
from hwr_core.app.housekeeping import free_space
from hwr_core.app.modelling import Modelling
from hwr_core.app.scripts import ReadScript, scripts_of
from hwr_core.db.store import Store
from hwr_core.errors import HwrError, StorageUnavailable, StoreError
from hwr_core.experiments.service import ExperimentService
from hwr_core.experiments.types import Experiment
from hwr_core.jobs.table import JobState
from hwr_core.recognition.served_model import ServedModel
from hwr_core.recognition.types import Verdict
from hwr_core.records.filters import HistoryFilter, Labelled
from hwr_core.records.history import History
from hwr_core.records.retention import confirm_predictions
from hwr_core.records.uploads import Uploads
from hwr_core.records.users import DEFAULT_USER, get_user
from hwr_core.registry.registry import ModelVersion
from hwr_core.settings import Settings
from hwr_core.statistics import Proportion

JOBS_LOOKED_AT = 50

LEAST_FREE = 2**30
"""Bytes: with less room on the disk a training or a day of uploads may not fit."""


@dataclass(frozen=True, slots=True)
class Health:
    """What works at present; each problem is a sentence that a stranger may read."""

    model: ModelVersion | None
    database_connected: bool
    problems: tuple[str, ...]


class Matter(StrEnum):
    """What may need attention."""

    TO_REVIEW = "to_review"
    """Predictions of the last week that are unsure and have no label."""
    JOB_FAILED = "job_failed"
    """Jobs of the last week that failed."""
    JOB_RUNNING = "job_running"
    CHALLENGER = "challenger"
    """A version that was named to be compared with the champion."""
    EXPERIMENT_OVER = "experiment_over"
    """Experiments that ended in the last week."""
    DISK_FULL = "disk_full"
    """Little room is left for data; counted in mebibytes."""


@dataclass(frozen=True, slots=True)
class Concern:
    """One matter that needs attention, and how much of it there is."""

    matter: Matter
    count: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Today's figures, how right predictions were, what has become worse lately, and what needs attention.

    `accuracy` is that of the last 7 days, `usual_accuracy` of the 28 before. What is surest or most urgent comes first.
    """

    today: Today
    accuracy: Proportion
    usual_accuracy: Proportion
    changes: tuple[Change, ...]
    concerns: tuple[Concern, ...]


class Status:
    """The use cases of whoever asks how things stand. Safe to use from many threads."""

    def __init__(  # noqa: PLR0913, PLR0917  what it looks at
        self,
        settings: Settings,
        store: Store,
        uploads: Uploads,
        history: History,
        model: ServedModel,
        modelling: Modelling,
        experiments: ExperimentService,
    ) -> None:
        self._settings = settings
        self._store = store
        self._uploads = uploads
        self._history = history
        self._model = model
        self._modelling = modelling
        self._experiments = experiments

    def scripts(self) -> list[ReadScript]:
        """Return the scripts that the served version reads, the Western one first. Raises ModelUnavailable."""
        return scripts_of(self._model.version())

    def health(self) -> Health:
        """Say what works, by trying it."""
        problems = []
        model = None
        try:
            model = self._model.version()
        except HwrError as error:
            problems.append(str(error))
        if self._model.problem:
            problems.append(self._model.problem)
        if storage := self._uploads.problem():
            problems.append(storage)
        try:
            with self._store.session() as cursor:
                get_user(cursor, DEFAULT_USER)
                confirm_predictions(cursor, self._uploads)
        except StorageUnavailable as error:
            problems.append(str(error))
        except StoreError as error:
            return Health(model, database_connected=False, problems=(*problems, str(error)))
        return Health(model, database_connected=True, problems=tuple(dict.fromkeys(problems)))

    def overview(self, *, timezone: str = "UTC") -> Overview:
        """Compare today with the usual, and list what needs attention.

        Raises:
            InvalidValue: there is no such time zone.
            StoreError: the history cannot be read at present.
        """
        since, figures = datetime.now(UTC) - LATELY, Analytics(self._store)
        return Overview(
            today=today_and_before(self._store, timezone=timezone),
            accuracy=figures.accuracy(HistoryFilter(since=since)),
            usual_accuracy=figures.accuracy(HistoryFilter(since=since - BEFORE, until=since)),
            changes=tuple(figures.changes()),
            concerns=tuple(self._concerns(since)),
        )

    def _concerns(self, since: datetime) -> Iterator[Concern]:
        free = free_space(self._settings.data_dir)
        if free < LEAST_FREE:
            yield Concern(Matter.DISK_FULL, free // 2**20)
        jobs = self._modelling.jobs.page(limit=JOBS_LOOKED_AT)
        if failed := sum(job.state is JobState.FAILED and job.created_at >= since for job in jobs):
            yield Concern(Matter.JOB_FAILED, failed)
        if unsure := self._history.count(HistoryFilter(verdict=Verdict.UNSURE, labelled=Labelled.NO, since=since)):
            yield Concern(Matter.TO_REVIEW, unsure)
        if any("challenger" in names for names in self._modelling.aliases().values()):
            yield Concern(Matter.CHALLENGER, 1)
        if over := sum(_is_news(each, since) for each in self._experiments.all()):
            yield Concern(Matter.EXPERIMENT_OVER, over)
        if running := sum(not job.state.is_finished for job in jobs):
            yield Concern(Matter.JOB_RUNNING, running)


def _is_news(experiment: Experiment, since: datetime) -> bool:
    return experiment.finished_at is not None and experiment.finished_at >= since
