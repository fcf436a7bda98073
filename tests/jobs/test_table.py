"""The table of jobs: a change names the state it starts from, and only one of many processes claims a job."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from hwr_core.errors import InvalidValue, JobConflict, NotFound
from hwr_core.jobs.table import JobKind, Jobs, JobState
from hwr_core.notes import Notes


@pytest.fixture
def jobs(store):
    """The jobs of an empty store."""
    return Jobs(store)


def test_a_job_is_queued_claimed_and_done(jobs):
    """Each change can be seen at once, and the config comes back as it was."""
    job = jobs.add(JobKind.TUNE, {"trials": 3, "base": {"epochs": 2}}, 1)
    assert (job.state, job.config) == (JobState.QUEUED, {"trials": 3, "base": {"epochs": 2}})
    assert jobs.next_queued().id == job.id
    assert jobs.claim(job.id, 1).state is JobState.RUNNING
    assert jobs.succeed(job.id, {"best": 0.9}).result == {"best": 0.9}
    assert jobs.get(job.id).state is JobState.SUCCEEDED


def test_jobs_are_counted_by_state(jobs):
    """Every state has a count, 0 if no job is in it."""
    assert set(jobs.counts().values()) == {0}
    jobs.cancel_queued(jobs.add(JobKind.TRAIN, {}, 1).id)
    jobs.add(JobKind.TRAIN, {}, 1)
    expected = dict.fromkeys(JobState, 0) | {JobState.QUEUED: 1, JobState.CANCELLED: 1}
    assert jobs.counts() == expected


def test_a_job_is_described_at_any_time(jobs):
    """Its title, tags and notes stay through every change of state, and nothing else changes."""
    job = jobs.add(JobKind.TRAIN, {"epochs": 3}, 1)
    assert job.notes == Notes()
    described = jobs.describe(job.id, Notes(title="Wide", tags=("forms",), text="Twice the filters."))
    assert described == replace(job, notes=Notes(title="Wide", tags=("forms",), text="Twice the filters."))
    jobs.claim(job.id, 1)
    jobs.describe(job.id, Notes(title="Wider"))
    assert jobs.fail(job.id, "no room").notes == jobs.requeue(job.id).notes == Notes(title="Wider")
    with pytest.raises(NotFound, match="There is no job 77"):
        jobs.describe(77, Notes())


def test_one_of_many_claims_a_job(jobs):
    """However many threads ask at once, each job is handed out once, and never more than the width."""
    made = [jobs.add(JobKind.TRAIN, {}, 1).id for _ in range(6)]
    with ThreadPoolExecutor(8) as threads:
        claimed = [job.id for job in threads.map(lambda place: jobs.claim(made[place % 6], 4), range(18)) if job]
    assert len(claimed) == len(set(claimed)) == 4


def test_a_change_from_another_state_is_refused(jobs):
    """A queued job cannot fail or succeed; a running one cannot be cancelled as a queued one."""
    job = jobs.add(JobKind.TRAIN, {}, 1)
    for move in (lambda: jobs.succeed(job.id, {}), lambda: jobs.fail(job.id, "x"), lambda: jobs.requeue(job.id)):
        with pytest.raises(JobConflict, match=f"Job {job.id} is queued"):
            move()
    jobs.claim(job.id, 1)
    with pytest.raises(JobConflict):
        jobs.cancel_queued(job.id)
    with pytest.raises(NotFound, match="There is no job 77"):
        jobs.fail(77, "x")


def test_a_requeued_job_forgets_how_it_ended(jobs):
    """Its error is cleared, and the next attempt is counted."""
    job = jobs.add(JobKind.TRAIN, {}, 1)
    jobs.claim(job.id, 1)
    jobs.fail(job.id, "no luck")
    assert jobs.requeue(job.id).error is None
    assert jobs.claim(job.id, 1).attempt == 2


def test_jobs_are_listed_newest_first_and_page_by_page(jobs):
    """By state and kind, or older than one."""
    made = [jobs.add(kind, {}, 1).id for kind in (JobKind.TRAIN, JobKind.TUNE, JobKind.TRAIN)]
    jobs.claim(made[0], 1)
    assert [job.id for job in jobs.page()] == made[::-1]
    assert [job.id for job in jobs.page(kind=JobKind.TRAIN)] == [made[2], made[0]]
    assert [job.id for job in jobs.page(states=[JobState.RUNNING])] == [made[0]]
    assert [job.id for job in jobs.page(before=made[1])] == [made[0]]
    with pytest.raises(InvalidValue, match="limit is 0"):
        jobs.page(limit=0)
