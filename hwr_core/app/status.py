"""How everything stands at present: what works, today against the usual, and what needs attention."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from tempfile import TemporaryFile

from hwr_core.analytics.changes import BEFORE, LATELY, Change
from hwr_core.analytics.days import Today, today_and_before
from hwr_core.analytics.queries import Analytics
from hwr_core.app.housekeeping import free_space
from hwr_core.app.modelling import Modelling
from hwr_core.app.replicas import Replicas
from hwr_core.app.scripts import ReadScript, scripts_of
from hwr_core.auth.service import AuthService
from hwr_core.db.store import Store
from hwr_core.errors import HwrError, StorageUnavailable, StoreError
from hwr_core.experiments.service import ExperimentService
from hwr_core.experiments.types import Experiment
from hwr_core.files import because
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

OK = "ok"
UNHEARD = "The other servers are not heard at present; what happens there is noticed seconds later."
BLOCK = 4096
"""Bytes that are written to see whether the disk takes any."""

LEAST_FREE = 2**30
"""Bytes: with less room on the disk a training or a day of uploads may not fit."""


@dataclass(frozen=True, slots=True)
class Health:
    """What works at present; each problem is a sentence that a stranger may read."""

    model: ModelVersion | None
    database_connected: bool
    problems: tuple[str, ...]
    parts: Mapping[str, str]
    """Each part by its name: "ok", or what is wrong with it. Limits and replicas make no problem."""


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
        access: AuthService,
        replicas: Replicas,
        analytics: Analytics,
    ) -> None:
        self._settings = settings
        self._store = store
        self._uploads = uploads
        self._history = history
        self._model = model
        self._modelling = modelling
        self._experiments = experiments
        self._access = access
        self._replicas = replicas
        self._analytics = analytics

    def scripts(self) -> list[ReadScript]:
        """Return the scripts that the served version reads, the Western one first. Raises ModelUnavailable."""
        return scripts_of(self._model.version())

    def health(self) -> Health:
        """Say what works, by trying it."""
        model, reading = self._model_and_problem()
        database = self._database_problem()
        storage = self._storage_problem()
        parts = {
            "model": reading,
            "database": database,
            "storage": storage,
            "limits": self._access.limits_problem(),
            "replicas": UNHEARD if self._replicas.is_cut_off else None,
        }
        return Health(
            model,
            database_connected=database is None,
            problems=tuple(problem for problem in (reading, database, storage) if problem),
            parts={name: problem or OK for name, problem in parts.items()},
        )

    def _model_and_problem(self) -> tuple[ModelVersion | None, str | None]:
        try:
            return self._model.version(), self._model.problem
        except HwrError as error:
            return None, str(error)

    def _database_problem(self) -> str | None:
        try:
            with self._store.session() as cursor:
                get_user(cursor, DEFAULT_USER)
                confirm_predictions(cursor, self._uploads)
        except StorageUnavailable:
            return None  # the database has answered; `_storage_problem` tells of the uploads
        except StoreError as error:
            return str(error)
        return None

    def _storage_problem(self) -> str | None:
        """Why no image file could be kept: an object store fails, or the disk is full, read-only or gone."""
        folder = self._settings.data_dir
        try:
            if folder.is_dir():  # else it is made when it is first needed
                with TemporaryFile(dir=folder) as file:
                    file.write(b"0" * BLOCK)
        except OSError as error:
            return f"The data folder cannot be written{because(error)}."
        return self._uploads.problem()

    def overview(self, *, timezone: str = "UTC") -> Overview:
        """Compare today with the usual, and list what needs attention.

        Raises:
            InvalidValue: there is no such time zone.
            StoreError: the history cannot be read at present.
        """
        since, figures = datetime.now(UTC) - LATELY, self._analytics
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
