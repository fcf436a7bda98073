"""A queue whose jobs are a toy program, on a real store and in real processes."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hwr_core.db.engines import open_store
from hwr_core.db.store import Store
from hwr_core.events import Events
from hwr_core.jobs.queue import JobQueue
from hwr_core.jobs.table import Job, JobKind, Jobs, JobState
from hwr_core.settings import PROJECT, Settings
from tests.jobs.specs import spec_of

PATIENCE = 60.0


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store of its own."""
    store = open_store(Settings(data_dir=tmp_path, store_idle_release=0.2))
    yield store
    store.close()


@pytest.fixture
def table(store: Store) -> Jobs:
    """The table of its jobs."""
    return Jobs(store)


@pytest.fixture
def events() -> Events:
    """What the queues publish."""
    return Events()


@pytest.fixture
def new_queue(
    table: Jobs, events: Events, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., JobQueue]]:
    """Make queues over one table and folder; all are closed at the end."""
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    queues = []

    def make(width: int = 1) -> JobQueue:
        queue = JobQueue(
            table,
            tmp_path / "jobs",
            program="tests.jobs.toy",
            width=width,
            spec=lambda job: spec_of(tmp_path, job=job.id, kind=job.kind, config=job.config),
            events=events,
        )
        queues.append(queue)
        return queue

    yield make
    for queue in queues:
        queue.close()


@pytest.fixture
def queue(new_queue: Callable[..., JobQueue]) -> JobQueue:
    """A queue that runs one job at once."""
    queue = new_queue()
    queue.start()
    return queue


def submit(queue: JobQueue, do: str = "count", **config: object) -> Job:
    """Submit a toy job."""
    return queue.submit(JobKind.TRAIN, {"do": do, "to": 5, **config})


def until(queue: JobQueue, job: Job, *states: JobState) -> Job:
    """Wait until a job is in one of these states."""
    patience = time.monotonic() + PATIENCE
    while time.monotonic() < patience:
        found = queue.get(job.id)
        if found.state in states:
            return found
        time.sleep(0.05)
    message = f"{queue.get(job.id)}\n{queue.folder(job.id).log()}"
    raise AssertionError(message)
