"""The loop around models: data to learn from, jobs that train, tune and evaluate, and what becomes of versions."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from hwr_core.datasets.import_zip import Imported, import_zip
from hwr_core.datasets.sources import CORRECTIONS, CUSTOM, SOURCES, Places, available_sources, find_source
from hwr_core.db.store import Store
from hwr_core.errors import InvalidValue, ModelUnavailable
from hwr_core.evaluation.config import EvaluationConfig, evaluation_config
from hwr_core.evaluation.gate import Gate
from hwr_core.evaluation.promotion import Promotions
from hwr_core.evaluation.promotion_log import Entry
from hwr_core.evaluation.suites import available_suites, find_suite, folder_suite, gate_suites
from hwr_core.events import Observers
from hwr_core.images.decode import Limits
from hwr_core.jobs.queue import JobQueue
from hwr_core.jobs.table import Job, JobKind, Jobs
from hwr_core.records.labels import count_labels, labelled_images
from hwr_core.records.users import DEFAULT_USER, Users
from hwr_core.registry.registry import ModelVersion, Registry
from hwr_core.settings import Settings
from hwr_core.training.config import TrainingConfig, training_config
from hwr_core.training.estimate import Estimate, estimate
from hwr_core.training.search_space import TuningConfig, tuning_config
from hwr_core.training.worker import CORRECTIONS_FILE, order_for

WITHOUT_DATA = ("mnist", "noise")
"""What is trained on where no data set is there: MNIST can be downloaded."""

DOWNLOADED = "mnist"

LEARNED = 0.7
"""Share of one's own images that is learned from; the others check."""


class Modelling:
    """Data sets, jobs and model versions of one workspace. Safe to use from many threads."""

    def __init__(
        self, settings: Settings, store: Store, users: Users, registry: Registry, observers: Observers
    ) -> None:
        self._settings = settings
        self._store = store
        self._users = users
        self.registry = registry
        self.promotions = Promotions(registry)
        self.jobs = JobQueue(
            Jobs(store),
            settings.jobs,
            program="hwr_core.training.worker",
            width=settings.job_width,
            cores=settings.job_cores,
            order=self._order,
            observers=observers,
        )

    @property
    def places(self) -> Places:
        """Where data lies; corrected predictions are written out for each job, so there they are always missing."""
        settings = self._settings
        return Places(settings.datasets, settings.custom_dataset, settings.data_dir / CORRECTIONS_FILE)

    def sources(self) -> dict[str, bool]:
        """Return the names of all data sets, and whether each is there to learn from."""
        there = available_sources(self.places)
        return {name: self._has_corrections() if name == CORRECTIONS else name in there for name in SOURCES}

    def suites(self) -> list[str]:
        """Return the names of the suites that a version can be evaluated on here."""
        found = available_suites(self.places)
        return [*found, CORRECTIONS] if self._has_corrections() else found

    def import_images(self, archive: BinaryIO) -> Imported:
        """Add the labelled images of a ZIP file to one's own. Raises InvalidValue and StoreUnavailable."""
        settings = self._settings
        return import_zip(
            archive,
            settings.custom_dataset,
            Limits(settings.max_image_bytes, settings.max_image_pixels),
            max_files=settings.max_zip_files,
            max_bytes=settings.max_zip_bytes,
        )

    def config(self, values: Mapping[str, Any]) -> TrainingConfig:
        """Return the training config of these values; where they name no sources, it learns from all that are there.

        Raises:
            InvalidValue: a name or a value is not allowed.
            DatasetMissing: a source that was asked for is not there.
        """
        if values.get("sources") is not None:
            config = training_config(values)
            self._confirm(config)
            return config
        there = self.sources()
        found = tuple(name for name in SOURCES if there[name])
        data = found if any(SOURCES[name].place for name in found) else WITHOUT_DATA
        return training_config({**values, "sources": data})

    def estimate(self, config: TrainingConfig) -> Estimate:
        """Return what a training will cost, about."""
        custom = self._settings.custom_dataset
        sizes = {
            CUSTOM: round(LEARNED * sum(1 for _ in custom.glob("*/*"))),
            CORRECTIONS: round(LEARNED * count_labels(self._store)),
        }
        return estimate(config, sizes)

    def train(self, values: Mapping[str, Any], user_id: int = DEFAULT_USER) -> Job:
        """Queue a training with these values of a TrainingConfig.

        Raises: what `config` and the queue raise; NotFound: there is no such version to start from.
        """
        config = self.config(values)
        if config.start is not None:
            start = self.registry.find(config.start)
            self._confirm_start(config, start)
            config = config.model_copy(update={"start": start.name})
        return self.jobs.submit(JobKind.TRAIN, config.model_dump(mode="json"), user_id)

    @staticmethod
    def _confirm_start(config: TrainingConfig, start: ModelVersion) -> None:
        if start.card.architecture != config.architecture:
            raise InvalidValue(
                f"The version {start.name} is a {start.card.architecture} network; the one to train is "
                f"{config.architecture}."
            )

    def tune(self, values: Mapping[str, Any], user_id: int = DEFAULT_USER) -> Job:
        """Queue a tuning with these values of a TuningConfig; its `base` is taken as `config` takes values."""
        tuning = self.tuning(values)
        return self.jobs.submit(JobKind.TUNE, tuning.model_dump(mode="json"), user_id)

    def tuning(self, values: Mapping[str, Any]) -> TuningConfig:
        """Return the tuning config of these values; its `base` is taken as `config` takes values. Raises the same."""
        return tuning_config({**values, "base": self.config(values.get("base") or {})})

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
        for suite in config.suites:
            if not (suite == CORRECTIONS and self._has_corrections()):
                find_suite(suite, self.places)
        if config.folder:
            folder_suite(config.folder)
        if not config.suites and not config.folder:
            config = config.model_copy(update={"suites": tuple(self.suites())})
        return self.jobs.submit(JobKind.EVALUATE, config.model_dump(mode="json"), user_id)

    def gate(self, version: str) -> Gate:
        """Return how a version compares with the champion on the suites that a promotion rests on. Raises NotFound."""
        return self.promotions.gate(self.registry.get(version), gate_suites(self.places))

    def promote(self, version: str, *, user_id: int = DEFAULT_USER, reason: str = "", force: bool = False) -> Entry:
        """Make a version the one that reads. Raises NotFound, UserNotFound and what `Promotions.promote` raises."""
        who = self._users.get(user_id).username
        suites = gate_suites(self.places)
        return self.promotions.promote(self.registry.get(version), suites, who=who, reason=reason, force=force)

    def roll_back(self, *, user_id: int = DEFAULT_USER, reason: str = "") -> Entry:
        """Let the version that was served before read again. Raises what `Promotions.roll_back` raises."""
        return self.promotions.roll_back(who=self._users.get(user_id).username, reason=reason)

    def challenge(self, version: str, *, user_id: int = DEFAULT_USER, reason: str = "") -> Entry:
        """Make a version the challenger. Raises NotFound and Conflict."""
        who = self._users.get(user_id).username
        return self.promotions.challenge(self.registry.get(version), who=who, reason=reason)

    def retire(self, version: str, *, user_id: int = DEFAULT_USER, reason: str = "") -> Entry:
        """Keep a version from being promoted. Raises NotFound and Conflict."""
        who = self._users.get(user_id).username
        return self.promotions.retire(self.registry.get(version), who=who, reason=reason)

    def restore(self, version: str, *, user_id: int = DEFAULT_USER, reason: str = "") -> Entry:
        """Let a retired version be promoted again. Raises NotFound."""
        who = self._users.get(user_id).username
        return self.promotions.restore(self.registry.get(version), who=who, reason=reason)

    def aliases(self) -> dict[str, list[str]]:
        """Return the aliases of each version that has some: champion, challenger, retired."""
        found: dict[str, list[str]] = {}
        for alias, name in (("champion", self._champion_name()), ("challenger", self.registry.challenger_name())):
            if name:
                found.setdefault(name, []).append(alias)
        for version in self.registry.versions():
            if version.is_retired:
                found.setdefault(version.name, []).append("retired")
        return found

    def _champion_name(self) -> str | None:
        try:
            return self.registry.champion_name()
        except ModelUnavailable:
            return None

    def _has_corrections(self) -> bool:
        return count_labels(self._store) > 0

    def _confirm(self, config: TrainingConfig) -> None:
        """Raise DatasetMissing for a source that is not there and cannot be downloaded."""
        there = self.sources()
        for name in config.sources:
            if not there[name] and name != DOWNLOADED:
                find_source(name, self.places)

    def _order(self, job: Job) -> Mapping[str, Any]:
        folder = self.jobs.folder(job.id).path
        if CORRECTIONS in _data_of(job):
            self.write_corrections(folder / CORRECTIONS_FILE)
        return order_for(job, self._settings, folder)

    def write_corrections(self, file: Path) -> None:
        """Write the labelled predictions for who never opens the store; a resumed job keeps its first ones."""
        if file.exists():
            return
        images, labels = labelled_images(self._store)
        file.parent.mkdir(parents=True, exist_ok=True)
        with file.open("wb") as stream:
            np.savez_compressed(stream, images=images, labels=labels)


def _data_of(job: Job) -> tuple[str, ...]:
    """The data sets and suites that a job's config names."""
    config = job.config.get("base", job.config)
    return (*config.get("sources", ()), *config.get("suites", ()))
