"""The loop around models: data to learn from, jobs that train, tune and evaluate, and which version serves."""

import os
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from hwr_core.app.data_sets import DataSets
from hwr_core.app.promotion import Promotion
from hwr_core.datasets.scripts import confirm_images
from hwr_core.datasets.sources import CORRECTIONS, CUSTOM, MADE, SOURCES
from hwr_core.db.store import Store
from hwr_core.errors import Conflict, InvalidValue, ModelUnavailable
from hwr_core.evaluation.config import EvaluationConfig, evaluation_config
from hwr_core.evaluation.evaluate import evaluations_of
from hwr_core.evaluation.suites import SUITES, folder_suite, gate_suites
from hwr_core.events import Events
from hwr_core.jobs.queue import JobQueue
from hwr_core.jobs.shared import SharedJobs
from hwr_core.jobs.spec import JobSpec
from hwr_core.jobs.table import Job, JobKind, Jobs, JobState
from hwr_core.records.users import DEFAULT_USER, Users
from hwr_core.registry.registry import ModelVersion, Registry
from hwr_core.scripts.script import find_script
from hwr_core.settings import Settings
from hwr_core.storage.places import JOBS, shared_storage
from hwr_core.training.config import TrainingConfig, training_config
from hwr_core.training.estimate import Estimate, PastTraining, estimate
from hwr_core.training.installed import confirm_installed
from hwr_core.training.scripts.config import confirm_network, scripts_config
from hwr_core.training.tuning.search_space import TuningConfig, tuning_config

REMEMBERED = 5
"""Trainings by whose time the next one is estimated."""


class Modelling:
    """Data sets, jobs and model versions of one workspace. Safe to use from many threads."""

    def __init__(self, settings: Settings, store: Store, users: Users, registry: Registry, events: Events) -> None:
        self._settings = settings
        self.registry = registry
        storage = shared_storage(settings, JOBS)
        self.jobs = JobQueue(
            Jobs(store),
            settings.jobs,
            program="hwr_core.training.worker",
            width=settings.job_width,
            spec=self._spec,
            events=events,
            environment=_database_of(settings),
            shared=SharedJobs(storage) if storage is not None else None,
        )
        self._data = DataSets(settings, store)
        self.places = self._data.places
        self.sources = self._data.sources
        self.suites = self._data.suites
        self.confirm_installed = confirm_installed
        self.import_images = self._data.import_images
        self.write_corrections = self._data.write_corrections

        promotion = Promotion(registry, users, self._data)
        self.promotions = promotion.promotions
        self.gate = promotion.gate
        self.promote = promotion.promote
        self.roll_back = promotion.roll_back
        self.challenge = promotion.challenge
        self.retire = promotion.retire
        self.restore = promotion.restore
        self.aliases = promotion.aliases
        self.describe = promotion.describe

    def config(self, values: Mapping[str, Any]) -> TrainingConfig:
        """Return the training config of these values; where they name no sources, it learns from all that are there.

        Raises:
            InvalidValue: a name or a value is not allowed.
            DatasetMissing: a source that was asked for is not there.
        """
        if values.get("sources") is not None:
            config = training_config(values)
            self._data.confirm_sources(config.sources)
            return config
        there = self.sources()
        found = tuple(name for name in SOURCES if there[name])
        if not set(found).difference(MADE):
            found = ("mnist", *found)  # it can be downloaded
        return training_config({**values, "sources": found})

    def estimate(self, config: TrainingConfig) -> Estimate:
        """Return what a training will cost, about: learning, by what it took here before, and measuring."""
        return estimate(config, self._data.sizes(), self._past_trainings(), self._measuring_seconds())

    def train(self, values: Mapping[str, Any], user_id: int = DEFAULT_USER) -> Job:
        """Queue a training with these values of a TrainingConfig.

        Raises:
            NotInstalled: what training needs is missing.
            NotFound: there is no such version to start from.
            What `config` and the queue raise.
        """
        confirm_installed()
        config = self.config(values)
        if config.start is not None:
            start = self.registry.find(config.start)
            _confirm_start(config, start)
            config = config.model_copy(update={"start": start.name})
        return self.jobs.submit(JobKind.TRAIN, config.model_dump(mode="json"), user_id)

    def train_scripts(self, values: Mapping[str, Any], user_id: int = DEFAULT_USER) -> Job:
        """Queue a training of scripts for the served version, with these values of a ScriptsConfig.

        Raises:
            InvalidValue: a name or a value is not allowed, or the served version has no network for scripts yet.
            DatasetMissing: there are no images of a script.
            ModelUnavailable: no version is served.
            NotInstalled: what training needs is missing.
        """
        confirm_installed()
        config = scripts_config(values)
        for name in config.scripts:
            confirm_images(find_script(name), self.places.datasets)
        confirm_network(config, self.registry.champion())
        return self.jobs.submit(JobKind.SCRIPTS, config.model_dump(mode="json"), user_id)

    def tune(self, values: Mapping[str, Any], user_id: int = DEFAULT_USER) -> Job:
        """Queue a tuning with these values of a TuningConfig; its `base` is taken as `config` takes values.

        Raises what `train` raises.
        """
        confirm_installed()
        tuning = self.tuning(values)
        return self.jobs.submit(JobKind.TUNE, tuning.model_dump(mode="json"), user_id)

    def tuning(self, values: Mapping[str, Any]) -> TuningConfig:
        """Return the tuning config of these values; its `base` is taken as `config` takes values. Raises the same."""
        return tuning_config({**values, "base": self.config(values.get("base") or {})})

    def tuning_to_join(self, job_id: int) -> TuningConfig:
        """Return the config of a tuning that runs, for a machine that wants to run trials of it.

        Raises:
            NotInstalled: what training needs is missing.
            NotFound: there is no such job.
            InvalidValue: it is no tuning, or its study is a file, which other machines cannot share.
            Conflict: it does not run at present.
        """
        confirm_installed()
        job = self.jobs.get(job_id)
        if job.kind is not JobKind.TUNE:
            raise InvalidValue(f"Job {job_id} is a job of the kind {job.kind}; only a tuning can be joined.")
        if self._settings.database_url is None:
            raise InvalidValue(
                "A tuning is shared by several machines where the history is in PostgreSQL (HWR_DATABASE_URL). On one "
                "machine several processes run its trials with `--set workers=4`."
            )
        if job.state is not JobState.RUNNING:
            raise Conflict(f"Job {job_id} is {job.state}; only a tuning that runs can be joined.")
        self._data.exchange_images()
        return tuning_config(job.config)

    def evaluate(self, values: Mapping[str, Any], user_id: int = DEFAULT_USER) -> Job:
        """Queue an evaluation with these values of an EvaluationConfig.

        Raises:
            InvalidValue: a name or a value is not allowed.
            NotFound: there is no such version.
            DatasetMissing: a suite that was asked for has no data here.
        """
        config: EvaluationConfig = evaluation_config(values)
        for name in config.versions:
            self.registry.get(name)
        self._data.confirm_suites(config.suites)
        if config.folder:
            folder_suite(config.folder)
        if not config.suites and not config.folder:
            config = config.model_copy(update={"suites": tuple(self.suites())})
        return self.jobs.submit(JobKind.EVALUATE, config.model_dump(mode="json"), user_id)

    def _past_trainings(self) -> list[PastTraining]:
        """The newest trainings that ended here, those of earlier versions of hwr left out where they do not fit."""
        found = []
        for job in self.jobs.page(kind=JobKind.TRAIN, states=[JobState.SUCCEEDED], limit=REMEMBERED):
            seconds = (job.result or {}).get("training_time")
            with suppress(InvalidValue):
                found.append(PastTraining(training_config(job.config), float(seconds or 0.0)))
        return found

    def _measuring_seconds(self) -> float:
        """What the served version took on the suites of the gate that are here; 0 where it was not measured."""
        try:
            known = evaluations_of(self.registry.champion())
        except ModelUnavailable:
            return 0.0
        return sum(known[suite].seconds for suite in gate_suites(self.places) if suite in known)

    def _spec(self, job: Job) -> JobSpec:
        """Return what the child process needs to know of a job, with the labelled predictions written out for it."""
        folder = self.jobs.folder(job.id)
        if _uses_own_images(job):
            self._data.exchange_images()
        if job.kind is JobKind.SCRIPTS or CORRECTIONS in _data_of(job):
            self._data.write_corrections(folder.corrections)
        if learns_lines := bool(job.config.get("line_epochs")):
            self._data.write_corrected_numbers(folder.numbers)
        return JobSpec(
            job=job.id,
            key=job.key,
            kind=job.kind,
            config=job.config,
            cores=self._settings.job_cores or os.cpu_count() or 1,
            priority=self._settings.job_priority,
            models=self._settings.models_dir,
            storage=self._settings.storage_url,
            datasets=self._settings.datasets,
            custom=self._settings.custom_dataset,
            corrections=folder.corrections,
            numbers=folder.numbers if learns_lines else None,
        )


def _database_of(settings: Settings) -> dict[str, str]:
    """The variable that tells a job's process where it stands which version serves; empty where files say it."""
    return {"HWR_DATABASE_URL": "" if settings.database_url is None else settings.database_url.get_secret_value()}


def _confirm_start(config: TrainingConfig, start: ModelVersion) -> None:
    if start.card.architecture != config.architecture:
        raise InvalidValue(
            f"The version {start.name} is a {start.card.architecture} network; the one to train is "
            f"{config.architecture}."
        )


def _data_of(job: Job) -> tuple[str, ...]:
    """The data sets and suites that a job's config names."""
    config = job.config.get("base", job.config)
    return (*config.get("sources", ()), *config.get("suites", ()))


def _uses_own_images(job: Job) -> bool:
    """Whether a job needs the users' own images: what makes a version measures it on them, whatever it learns from."""
    suites, folder = job.config.get("suites", ()), job.config.get("folder")
    chosen = job.kind is JobKind.EVALUATE and bool(suites or folder)
    return not chosen or any(name in SUITES and CUSTOM in SUITES[name].sources for name in suites)
