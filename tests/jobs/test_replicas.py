"""Servers that share a database in PostgreSQL: each job runs once, and no server takes a living one's jobs for dead."""

import subprocess
import sys
import time
from contextlib import closing

import pytest

from hwr_core.db.engines import server_store
from hwr_core.errors import JobConflict
from hwr_core.events import Events
from hwr_core.jobs import heartbeat as beating
from hwr_core.jobs import runner
from hwr_core.jobs.heartbeat import FENCE, Heartbeat
from hwr_core.jobs.queue import JobQueue
from hwr_core.jobs.runner import CUT_OFF, SERVER_GONE
from hwr_core.jobs.table import JobKind, JobState
from hwr_core.settings import PROJECT, Settings
from tests.jobs.conftest import PATIENCE, submit, until
from tests.jobs.specs import spec_of

ENDED = (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


@pytest.fixture
def url(postgresql):
    """A database of its own."""
    return postgresql.new_database()


@pytest.fixture
def store(url, tmp_path):
    """A store on it."""
    with closing(server_store(url, Settings(data_dir=tmp_path))) as store:
        yield store


@pytest.fixture
def replica(table, tmp_path, monkeypatch):
    """Make the queue of a server on a machine of this name, with a folder of its own unless told."""
    monkeypatch.setenv("PYTHONPATH", str(PROJECT))
    queues = []

    def make(machine, folder="jobs", width=1):
        monkeypatch.setattr(beating.socket, "gethostname", lambda: machine)
        queue = JobQueue(
            table,
            tmp_path / folder,
            program="tests.jobs.toy",
            width=width,
            spec=lambda job: spec_of(tmp_path, job=job.id, kind=job.kind, config=job.config),
            events=Events(),
        )
        queues.append(queue)
        return queue

    yield make
    for queue in queues:
        queue.close()


def test_each_job_runs_once_on_one_of_the_machines(replica):
    """Both take part, each with as many jobs at once as its width allows."""
    one, other = replica("ada"), replica("bob")
    jobs = [submit(one, to=40, pause=0.02, urgent=True) for _ in range(4)]
    one.start()
    other.start()
    ended = [until(other, job, *ENDED) for job in jobs]
    assert [(job.state, job.attempt) for job in ended] == [(JobState.SUCCEEDED, 1)] * 4
    assert {job.owner.partition(":")[0] for job in ended} == {"ada", "bob"}


def test_a_job_is_cancelled_from_a_machine_that_does_not_run_it(replica):
    """The one that runs it is told by the table, though the two share no folder."""
    one, other = replica("ada", "here"), replica("bob", "there")
    one.start()
    job = submit(one, to=100_000, pause=0.02, urgent=True)
    until(one, job, JobState.RUNNING)
    other.cancel(job.id)
    assert until(other, job, *ENDED).state is JobState.CANCELLED


def test_a_killed_server_loses_its_job_when_its_heart_has_stopped(replica, url, tmp_path, monkeypatch):
    """Not before: a living server's job is left alone. Then it has failed, and another server can resume it."""
    monkeypatch.setenv("HWR_DATABASE_URL", url)
    server = subprocess.Popen([sys.executable, "-m", "tests.jobs.server", str(tmp_path)], cwd=PROJECT)
    other = replica("bob")
    folder = other.folder(1)
    try:
        while not folder.events.attempt():
            assert server.poll() is None
            time.sleep(0.05)
        other.start()
        time.sleep(2 * runner.POLL_OTHERS)
        assert other.get(1).state is JobState.RUNNING
    finally:
        server.kill()
        server.wait()
    monkeypatch.setattr(runner, "DEAD", 3 * beating.BEAT)
    failed = until(other, other.get(1), *ENDED)
    assert (failed.state, failed.error, failed.can_be_resumed) == (JobState.FAILED, SERVER_GONE, True)


def test_a_server_that_is_cut_off_stops_its_jobs(replica, monkeypatch):
    """Before another one may take them for dead; the job says why it ended."""
    one = replica("ada")
    one.start()
    job = submit(one, to=100_000, pause=0.02, urgent=True)
    while not one.folder(job.id).events.attempt():
        time.sleep(0.05)
    monkeypatch.setattr(Heartbeat, "beat", lambda _: None)
    monkeypatch.setattr(beating, "FENCE", 0.5)
    failed = until(one, job, *ENDED)
    assert (failed.state, failed.error) == (JobState.FAILED, CUT_OFF)


def test_a_beat_tells_which_jobs_are_still_our_own(table):
    """By a clock that a test sets: lost without beats, ours again with one, lost for good when another took it."""
    now = [0.0]
    job = table.add(JobKind.TRAIN, {}, 1)
    table.claim(job.id, 1, "ada:1:a")
    heart = Heartbeat(table, "ada:1:a", clock=lambda: now[0])
    heart.hold(job.id)
    now[0] = FENCE + 1
    assert heart.is_lost(job.id)
    heart.beat()
    assert not heart.is_lost(job.id)
    assert table.abandoned(PATIENCE) == []
    table.ask_to_stop(job.id)
    heart.beat()
    assert heart.stop_asked(job.id)
    table.fail(job.id, "It was taken for dead.")
    heart.beat()
    assert heart.is_lost(job.id)
    heart.drop(job.id)
    assert not heart.is_lost(job.id)


def test_an_attempt_that_was_given_up_settles_nothing(table):
    """Its job runs anew elsewhere: that attempt's end counts, not this one's."""
    job = table.add(JobKind.TRAIN, {}, 1)
    first = table.claim(job.id, 1, "ada:1:a")
    table.fail(job.id, "It was taken for dead.", attempt=first.attempt)
    table.requeue(job.id)
    second = table.claim(job.id, 1, "bob:1:b")
    with pytest.raises(JobConflict, match="another one has begun"):
        table.succeed(job.id, {}, attempt=first.attempt)
    assert table.get(job.id).owner == "bob:1:b"
    assert table.succeed(job.id, {}, attempt=second.attempt).state is JobState.SUCCEEDED


def test_the_width_counts_the_jobs_of_one_machine(table):
    """A second machine takes a job though the first is full."""
    made = [table.add(JobKind.TRAIN, {}, 1).id for _ in range(3)]
    assert table.claim(made[0], 1, "ada:1:a") is not None
    assert table.claim(made[1], 1, "ada:2:b") is None
    assert table.claim(made[1], 1, "bob:1:c") is not None
