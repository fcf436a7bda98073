"""How everything stands at present: today against the usual, what works, and what wants a person's attention."""

import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from hwr_core.analytics.days import Today, today_and_before
from hwr_core.analytics.queries import Analytics
from hwr_core.app.modelling import Modelling
from hwr_core.db.store import Store
from hwr_core.jobs.table import JobState
from hwr_core.recognition.types import Verdict
from hwr_core.records.filters import HistoryFilter, Labelled
from hwr_core.records.history import History
from hwr_core.settings import Settings
from hwr_core.statistics import Proportion

RECENT = timedelta(days=7)
"""What is older asks for nobody's attention any more."""

JOBS_LOOKED_AT = 50

LEAST_FREE = 2**30
"""Bytes: with less room on the disk a training or a day of uploads may not fit."""


class Matter(StrEnum):
    """What may want attention."""

    TO_REVIEW = "to_review"
    """Predictions of the last week that are unsure and that nobody has judged."""
    JOB_FAILED = "job_failed"
    """Jobs of the last week that failed."""
    JOB_RUNNING = "job_running"
    CHALLENGER = "challenger"
    """A version that was named to be compared with the one that reads."""
    DISK_FULL = "disk_full"
    """Little room is left for data; counted in mebibytes."""


@dataclass(frozen=True, slots=True)
class Concern:
    """One matter that wants attention, and how much of it there is."""

    matter: Matter
    count: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Today's figures, how right the last week's predictions were, and what wants attention, most urgent first."""

    today: Today
    accuracy: Proportion
    concerns: tuple[Concern, ...]


@dataclass(frozen=True, slots=True)
class Storage:
    """Bytes that each part takes up, and that are free on the disk of the data folder."""

    database: int
    uploads: int
    custom_dataset: int
    jobs: int
    models: int
    free: int


def overview(settings: Settings, store: Store, history: History, modelling: Modelling, timezone: str) -> Overview:
    """Say how everything stands.

    Raises:
        InvalidValue: there is no such time zone.
        StoreError: the history cannot be read at present.
    """
    since = datetime.now(UTC) - RECENT
    return Overview(
        today=today_and_before(store, timezone=timezone),
        accuracy=Analytics(store).accuracy(HistoryFilter(since=since)),
        concerns=tuple(_concerns(settings, history, modelling, since)),
    )


def storage(settings: Settings) -> Storage:
    """Say how much room everything takes up."""
    return Storage(
        database=_size(settings.database),
        uploads=_size(settings.uploads),
        custom_dataset=_size(settings.custom_dataset),
        jobs=_size(settings.jobs),
        models=_size(settings.models_dir),
        free=_free(settings.data_dir),
    )


def _concerns(settings: Settings, history: History, modelling: Modelling, since: datetime) -> Iterator[Concern]:
    free = _free(settings.data_dir)
    if free < LEAST_FREE:
        yield Concern(Matter.DISK_FULL, free // 2**20)
    jobs = modelling.jobs.page(limit=JOBS_LOOKED_AT)
    if failed := sum(job.state is JobState.FAILED and job.created_at >= since for job in jobs):
        yield Concern(Matter.JOB_FAILED, failed)
    if unsure := history.count(HistoryFilter(verdict=Verdict.UNSURE, labelled=Labelled.NO, since=since)):
        yield Concern(Matter.TO_REVIEW, unsure)
    if any("challenger" in names for names in modelling.aliases().values()):
        yield Concern(Matter.CHALLENGER, 1)
    if running := sum(not job.state.is_finished for job in jobs):
        yield Concern(Matter.JOB_RUNNING, running)


def _free(folder: Path) -> int:
    """Bytes free where a folder is or will be."""
    there = next(place for place in (folder, *folder.parents) if place.exists())
    return shutil.disk_usage(there).free


def _size(path: Path) -> int:
    """Bytes of a file, or of all files below a folder; 0 where nothing is."""
    if path.is_file():
        return path.stat().st_size
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            with suppress(FileNotFoundError):  # it went since it was listed
                total += Path(folder, name).lstat().st_size
    return total
