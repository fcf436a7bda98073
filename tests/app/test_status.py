"""How everything stands: what needs attention, and how much room is taken up."""

import dataclasses
from types import SimpleNamespace

import pytest

from hwr_core.app import housekeeping
from hwr_core.app.status import Concern, Matter
from hwr_core.jobs.table import JobKind, Jobs
from hwr_core.recognition.types import Verdict
from hwr_core.records.predictions import Source
from tests.handwriting import drawing, png

SEVEN = png(drawing(7))


@pytest.fixture
def keep(workspace):
    """Store a prediction with this verdict and return it."""

    def keep(verdict=Verdict.DIGIT):
        prediction = dataclasses.replace(workspace.read(SEVEN), verdict=verdict)
        return workspace.keep(prediction, source=Source.DRAWING, image=SEVEN)

    return keep


def test_a_new_workspace_needs_nothing(workspace):
    """Without predictions and jobs there is nothing to attend to."""
    found = workspace.overview()
    assert found.concerns == ()
    assert (found.today.today.predictions, found.accuracy.total) == (0, 0)


def test_unsure_predictions_are_to_be_reviewed_until_they_are_labelled(workspace, keep):
    """A sure prediction needs no review, a labelled one none any more."""
    keep()
    first, _ = keep(Verdict.UNSURE), keep(Verdict.UNSURE)
    assert workspace.overview().concerns == (Concern(Matter.TO_REVIEW, 2),)
    workspace.feedback.give(first.id, actual_digit=7)
    assert workspace.overview().concerns == (Concern(Matter.TO_REVIEW, 1),)
    assert workspace.overview().accuracy.total == 1


def test_jobs_that_failed_or_still_run_are_listed(workspace):
    """The failed first; one that was cancelled was meant to end."""
    jobs = Jobs(workspace.store)
    failed, cancelled, _ = (jobs.add(JobKind.TRAIN, {}, 1) for _ in range(3))
    jobs.claim(failed.id, width=1)
    jobs.fail(failed.id, "It was killed.")
    jobs.cancel_queued(cancelled.id)
    assert workspace.overview().concerns == (Concern(Matter.JOB_FAILED, 1), Concern(Matter.JOB_RUNNING, 1))


def test_a_disk_without_room_comes_first(workspace, keep, monkeypatch):
    """Before predictions to review; counted in mebibytes."""
    keep(Verdict.UNSURE)
    monkeypatch.setattr(housekeeping.shutil, "disk_usage", lambda _: SimpleNamespace(free=300 * 2**20))
    assert workspace.overview().concerns[0] == Concern(Matter.DISK_FULL, 300)


@pytest.fixture
def begin_history():
    """Leave the folder as it is: these tests begin before there is a file."""
    return lambda _: None


def test_storage_grows_with_what_is_stored(workspace, keep):
    """Uploads, the database and the versions are counted apart; nothing is there before the first."""
    before = workspace.storage()
    assert (before.uploads, before.custom_dataset) == (0, 0)
    assert before.models > 1_000_000
    keep()
    after = workspace.storage()
    assert after.uploads == len(SEVEN)
    assert after.database > before.database
    assert after.free > 0
