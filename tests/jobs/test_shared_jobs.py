"""What other servers show of a job that has ended on one: its log and its curves, by a storage that they share."""

import pytest

from hwr_core.jobs.events import Event, EventKind
from hwr_core.jobs.queue import JobQueue
from hwr_core.jobs.shared import SharedJobs
from hwr_core.jobs.table import JobKind, JobState
from hwr_core.storage.places import JOBS, open_storage
from tests.jobs.specs import spec_of


@pytest.fixture
def machine(table, events, tmp_path, object_store):
    """Make the queue of a machine with a folder of its own, over one table and one bucket."""
    storage, queues = open_storage(f"{object_store.new_url()}/{JOBS}"), []

    def make(name: str) -> JobQueue:
        queue = JobQueue(
            table,
            tmp_path / name / "jobs",
            program="tests.jobs.toy",
            width=1,
            spec=lambda job: spec_of(tmp_path, job=job.id, kind=job.kind, config=job.config),
            events=events,
            shared=SharedJobs(storage),
        )
        queues.append(queue)
        return queue

    yield make
    for queue in queues:
        queue.close()


def _ended(queue):
    """A job that has printed something and has ended on this machine."""
    job = queue.submit(JobKind.TRAIN, {})
    folder = queue.folder(job.id)
    folder.path.mkdir()
    folder.log_file.write_text("Epoch 1 of 1\n")
    folder.events.append(Event(EventKind.STARTED))
    return queue.cancel(job.id)


def test_another_machine_shows_the_log_and_the_events(machine):
    """Once the job has ended: before, nothing is fetched. A job without a folder anywhere has neither."""
    one, other = machine("one"), machine("other")
    job = _ended(one)
    assert job.state is JobState.CANCELLED
    assert other.folder(job.id).log() == "Epoch 1 of 1\n"
    assert other.folder(job.id).events.read() == one.folder(job.id).events.read()
    waiting = one.submit(JobKind.TRAIN, {})
    assert (other.folder(waiting.id).path.exists(), other.folder(99).log()) == (False, "")


def test_an_outage_fails_no_job(machine, monkeypatch, caplog):
    """The log names the job; what the other machine cannot fetch, it does not have."""
    one, other = machine("one"), machine("other")
    with monkeypatch.context() as outage:
        outage.setattr("moto.settings.INITIAL_NO_AUTH_ACTION_COUNT", 0.0)
        job = _ended(one)
        assert one.get(job.id).state is JobState.CANCELLED
        assert f"What job {job.id} has printed is on this machine alone" in caplog.text
        assert other.folder(job.id).log() == ""
        assert "cannot be fetched" in caplog.text
    one.describe(job.id, "Try again")
    assert other.folder(job.id).log() == "Epoch 1 of 1\n"


def test_a_job_of_the_same_number_elsewhere_is_another(machine, store):
    """Its time is part of the place: two histories share a storage of versions without mixing their logs."""
    one, other = machine("one"), machine("other")
    job = _ended(one)
    with store.writing() as cursor:  # as another history's table would have it
        cursor.execute("update jobs set created_at = created_at - interval '1 day'")
    assert other.folder(job.id).log() == ""


def test_a_copy_is_renewed_after_another_attempt_and_never_sent_back(machine, table):
    """Whoever edits the notes of a job elsewhere does not replace its newer log by an older one."""
    one, other = machine("one"), machine("other")
    job = _ended(one)
    assert other.folder(job.id).log() == "Epoch 1 of 1\n"
    one.resume(job.id)
    claimed = table.claim(job.id, 1)
    one.folder(job.id).log_file.write_text("Epoch 1 of 1\nAgain\n")
    table.fail(job.id, "x", attempt=claimed.attempt)
    one.describe(job.id, "Of here")
    other.describe(job.id, "Of there")
    assert other.folder(job.id).log() == "Epoch 1 of 1\nAgain\n"
    assert machine("third").folder(job.id).log() == "Epoch 1 of 1\nAgain\n"
