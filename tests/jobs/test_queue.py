"""Jobs run in child processes, one after another, can be stopped and resumed, and no end is missed."""

import json
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from hwr_core.errors import JobConflict, NotFound, UserNotFound
from hwr_core.jobs.events import EventKind
from hwr_core.jobs.folder import JobFolder
from hwr_core.jobs.queue import JobChanged
from hwr_core.jobs.runner import SERVER_GONE
from hwr_core.jobs.table import JobKind, JobState
from hwr_core.settings import PROJECT
from tests.jobs.conftest import PATIENCE, submit, until

ENDED = (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)


def wait_for_child(queue, job):
    """Wait until the child process of a job has begun its work."""
    while not queue.folder(job.id).events.attempt():
        time.sleep(0.05)


def test_a_job_runs_to_its_end_at_the_lowest_priority(queue):
    """Its result and its log are stored, its progress is complete, and its process had the lowest priority."""
    job = until(queue, submit(queue), *ENDED)
    assert (job.state, job.attempt, job.error) == (JobState.SUCCEEDED, 1, None)
    assert job.result == {"counted": 5, "nice": 19}
    assert "counted" in queue.folder(job.id).log()
    assert queue.progress(job).share == 1.0
    assert job.created_at <= job.started_at <= job.finished_at


def test_files_of_the_current_folder_are_not_loaded_instead_of_modules(queue, tmp_path, monkeypatch):
    """Whoever starts the server beside a json.py of their own has their jobs run all the same."""
    (tmp_path / "json.py").write_text("raise SystemExit('this is not the module')", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    job = submit(queue)
    ended = until(queue, job, JobState.SUCCEEDED, JobState.FAILED)
    assert ended.state is JobState.SUCCEEDED, ended.error


def test_each_state_and_progress_of_a_job_are_published(queue, events):
    """Queued, running, how far it is, and how it ended; a resumed job begins with the first of them."""
    published = []
    with events.subscribed(published.append):
        until(queue, submit(queue, to=150, pause=0.02), *ENDED)
        until(queue, queue.resume(until(queue, submit(queue, "fail"), *ENDED).id), *ENDED)
        patient = time.monotonic() + PATIENCE
        while published[-1].job.state not in ENDED and time.monotonic() < patient:
            time.sleep(0.01)  # an end is stored a moment before it is published
    assert {type(event) for event in published} == {JobChanged}
    states = [event.job.state for event in published]
    counting = states.index(JobState.SUCCEEDED)
    assert states[0] is JobState.QUEUED
    assert set(states[1:counting]) == {JobState.RUNNING}
    assert any(0 < event.progress.share < 1 for event in published[1:counting])
    assert states[counting + 1 :] == [JobState.QUEUED, JobState.RUNNING, JobState.FAILED] * 2


def test_jobs_wait_for_their_turn(queue):
    """One at a time, in the order in which they were submitted."""
    slow = submit(queue, to=100, pause=0.02)
    others = [submit(queue) for _ in range(2)]
    until(queue, slow, JobState.RUNNING)
    assert {queue.get(job.id).state for job in others} == {JobState.QUEUED}
    ended = [until(queue, job, *ENDED) for job in (slow, *others)]
    assert [job.state for job in ended] == [JobState.SUCCEEDED] * 3
    assert ended[0].finished_at <= ended[1].started_at
    assert ended[1].finished_at <= ended[2].started_at


def test_a_wider_queue_runs_several_at_once(new_queue):
    """As many as the width, no more."""
    queue = new_queue(width=2)
    queue.start()
    jobs = [submit(queue, to=60, pause=0.03) for _ in range(3)]
    for job in jobs[:2]:
        until(queue, job, JobState.RUNNING)
    assert queue.get(jobs[2].id).state is JobState.QUEUED
    assert {until(queue, job, *ENDED).state for job in jobs} == {JobState.SUCCEEDED}


def test_a_running_job_is_cancelled(queue):
    """It stops where no work is lost, and its progress can still be seen."""
    job = submit(queue, to=1000, pause=0.02)
    until(queue, job, JobState.RUNNING)
    while queue.progress(queue.get(job.id)).share == 0.0:
        time.sleep(0.05)
    queue.cancel(job.id)
    cancelled = until(queue, job, *ENDED)
    assert cancelled.state is JobState.CANCELLED
    assert 0 < queue.progress(cancelled).share < 1


def test_a_queued_job_is_cancelled_at_once(queue):
    """It never starts."""
    slow = submit(queue, to=3000, pause=0.02)
    waiting = submit(queue)
    assert queue.cancel(waiting.id).state is JobState.CANCELLED
    queue.cancel(slow.id)
    until(queue, slow, JobState.CANCELLED)
    assert queue.get(waiting.id).started_at is None


def test_a_job_is_cancelled_at_the_moment_it_starts(new_queue, monkeypatch):
    """Between its claim and its process: the process stops at once."""
    queue = new_queue()
    prepare = JobFolder.prepare

    def cancel_and_prepare(folder, spec):
        queue.cancel(int(folder.path.name))
        prepare(folder, spec)

    slow = submit(queue, to=3000, pause=0.02)
    monkeypatch.setattr(JobFolder, "prepare", cancel_and_prepare)
    queue.start()
    until(queue, slow, JobState.CANCELLED)


def test_a_cancelled_job_continues_where_it_stopped(queue):
    """Resumed, it keeps what it had done, and counts one more attempt."""
    job = submit(queue, to=60, pause=0.02)
    until(queue, job, JobState.RUNNING)
    while not (counted := queue.folder(job.id).path / "counted").exists():
        time.sleep(0.05)
    queue.cancel(job.id)
    until(queue, job, JobState.CANCELLED)
    done = int(counted.read_text())
    assert 0 < done < 60
    queue.resume(job.id)
    ended = until(queue, job, JobState.SUCCEEDED)
    assert ended.attempt == 2
    first = next(event for event in queue.folder(job.id).events.attempt() if event.kind is EventKind.PROGRESS)
    assert first.data["doing"] == f"Counting {done}"


def test_a_job_that_fails_says_why(queue):
    """The message of its error is stored."""
    job = until(queue, submit(queue, "fail"), *ENDED)
    assert (job.state, job.error) == (JobState.FAILED, "It cannot be done.")


def test_a_killed_child_is_found_and_reported(queue):
    """A process ended by a signal leaves no job running; the next job runs."""
    job = until(queue, submit(queue, "die"), *ENDED)
    assert job.state is JobState.FAILED
    assert "signal 9" in job.error
    assert until(queue, submit(queue), *ENDED).state is JobState.SUCCEEDED


def test_impossible_changes_are_refused(queue):
    """An ended job cannot be cancelled, a succeeded one cannot be resumed, an unknown one is not found."""
    job = until(queue, submit(queue), *ENDED)
    with pytest.raises(JobConflict, match=r"has ended \(succeeded\); only a queued or running job"):
        queue.cancel(job.id)
    with pytest.raises(JobConflict, match="only a failed or cancelled job can be resumed"):
        queue.resume(job.id)
    for act in (queue.get, queue.cancel, queue.resume):
        with pytest.raises(NotFound):
            act(2**70)
    with pytest.raises(UserNotFound):
        queue.submit(JobKind.TRAIN, {}, user_id=9)


def test_many_cancel_at_once_and_it_is_cancelled_once(queue):
    """Cancelling it once more is a conflict."""
    job = submit(queue, to=500, pause=0.02)
    until(queue, job, JobState.RUNNING)
    with ThreadPoolExecutor(8) as threads:
        asked = [threads.submit(queue.cancel, job.id) for _ in range(8)]
    assert [each.exception() for each in asked] == [None] * 8
    until(queue, job, JobState.CANCELLED)
    with pytest.raises(JobConflict):
        queue.cancel(job.id)


def test_closing_stops_the_jobs_and_the_next_queue_can_resume_them(new_queue):
    """A server that shuts down leaves no process behind; its job has failed with the reason, and can be resumed."""
    queue = new_queue()
    queue.start()
    job = submit(queue, to=200, pause=0.02)
    wait_for_child(queue, job)
    queue.close()
    assert not queue.folder(job.id).is_locked
    failed = queue.get(job.id)
    assert (failed.state, failed.error) == (JobState.FAILED, SERVER_GONE)
    other = new_queue()
    other.start()
    other.resume(job.id)
    assert until(other, job, *ENDED).state is JobState.SUCCEEDED


def test_what_a_dead_server_left_running_is_settled(new_queue, table):
    """After a crash of server and child the next start marks the job as failed; queued jobs run."""
    dead = new_queue()
    job = submit(dead)
    waiting = submit(dead)
    table.claim(job.id, 1)
    queue = new_queue()
    queue.start()
    failed = until(queue, job, *ENDED)
    assert (failed.state, failed.error) == (JobState.FAILED, SERVER_GONE)
    assert until(queue, waiting, *ENDED).state is JobState.SUCCEEDED


def test_work_that_was_finished_before_its_server_died_counts(new_queue, table):
    """The child had reported that it was done: the next start records it."""
    dead = new_queue()
    job = submit(dead)
    table.claim(job.id, 1)
    events = dead.folder(job.id).path / "events.jsonl"
    events.parent.mkdir(parents=True, exist_ok=True)
    lines = [{"kind": "started"}, {"kind": "done", "result": {"counted": 5}}]
    events.write_text("".join(json.dumps({"at": "2026-01-01T00:00:00+00:00", **line}) + "\n" for line in lines))
    queue = new_queue()
    queue.start()
    assert until(queue, job, *ENDED).result == {"counted": 5}


def test_a_second_queue_leaves_living_jobs_alone(queue, new_queue):
    """Another process on the same folder neither settles nor repeats a running job, and respects the width."""
    job = submit(queue, to=150, pause=0.03)
    until(queue, job, JobState.RUNNING)
    other = new_queue()
    other.start()
    waiting = other.submit(JobKind.TRAIN, {"do": "count", "to": 1})
    time.sleep(0.5)
    assert queue.get(job.id).state is JobState.RUNNING
    assert queue.get(waiting.id).state is JobState.QUEUED
    assert until(queue, job, *ENDED).state is JobState.SUCCEEDED
    assert until(other, waiting, *ENDED).state is JobState.SUCCEEDED
    assert queue.get(job.id).attempt == 1


def test_a_child_without_its_server_ends(new_queue, tmp_path):
    """When the server is killed, its child notices and stops; the next server says what happened."""
    server = subprocess.Popen([sys.executable, "-m", "tests.jobs.server", str(tmp_path)], cwd=PROJECT)
    queue = new_queue()
    folder = queue.folder(1)
    while not folder.events.attempt():
        assert server.poll() is None
        time.sleep(0.05)
    server.kill()
    server.wait()
    patience = time.monotonic() + PATIENCE
    while folder.is_locked:
        assert time.monotonic() < patience
        time.sleep(0.05)
    assert folder.events.ending().kind is EventKind.STOPPED
    queue.start()
    assert until(queue, queue.get(1), *ENDED).error == SERVER_GONE


def test_a_full_disk_fails_the_job_and_no_other(queue, monkeypatch):
    """A job that cannot be started for lack of space has failed with the reason; the next one runs."""

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("hwr_core.jobs.folder.write_whole", full)
        job = until(queue, submit(queue), *ENDED)
    assert job.error == "The job's process cannot be started: No space left on device."
    assert until(queue, submit(queue), *ENDED).state is JobState.SUCCEEDED


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="process groups are POSIX")
def test_a_deaf_child_is_ended_when_the_queue_closes(new_queue, monkeypatch):
    """A child that does not stop in time is killed."""
    monkeypatch.setattr("hwr_core.jobs.runner.STOP_TIMEOUT", 0.5)
    queue = new_queue()
    queue.start()
    job = submit(queue, "deaf")
    wait_for_child(queue, job)
    queue.close()
    assert not queue.folder(job.id).is_locked
    failed = queue.get(job.id)
    assert failed.state is JobState.FAILED
    assert f"signal {signal.SIGKILL:d}" in failed.error


def test_without_any_job_the_store_is_not_opened(new_queue, tmp_path):
    """A server that only reads does not create a database because of jobs."""
    queue = new_queue()
    queue.start()
    time.sleep(0.3)
    assert not (tmp_path / "hwr.duckdb").exists()
