"""The spec of a job: the child process reads what its parent wrote, and what an earlier version wrote."""

import json

import pytest
from pydantic import ValidationError

from hwr_core.jobs.folder import JobFolder
from hwr_core.jobs.spec import JobSpec
from hwr_core.jobs.table import JobKind
from tests.jobs.specs import spec_of

ORDER_OF_0_1 = {
    "kind": "train",
    "config": {"epochs": 3, "sources": ["mnist", "noise"], "start": None, "learning_rate": 0.002},
    "cores": 2,
    "job": 7,
    "models": "/srv/hwr/models",
    "datasets": "/srv/hwr/datasets",
    "custom": "/srv/hwr/data/custom_dataset",
    "corrections": "/srv/hwr/data/jobs/7/corrections.npz",
}
"""What version 0.1 wrote into a job's folder."""


def test_the_child_reads_what_the_parent_wrote(tmp_path):
    """Every field comes back as it was, in a folder that did not exist before."""
    spec = spec_of(tmp_path, job=12, kind=JobKind.TUNE, config={"trials": 3, "base": {"limit": None, "seed": 1}})
    folder = JobFolder(tmp_path / "jobs" / "12")
    folder.prepare(spec)
    assert folder.spec() == spec


def test_a_job_of_the_last_version_is_read_as_it_was_written(tmp_path):
    """Its order.json is understood, so the job can be resumed; some fields came later."""
    (tmp_path / "order.json").write_text(json.dumps(ORDER_OF_0_1, indent=1))
    spec = JobFolder(tmp_path).spec()
    assert (spec.job, spec.kind, spec.cores) == (7, JobKind.TRAIN, 2)
    assert spec.config == ORDER_OF_0_1["config"]
    assert json.loads(spec.model_dump_json()) == ORDER_OF_0_1 | {
        "key": "",
        "numbers": None,
        "priority": "idle",
        "storage": None,
    }


@pytest.mark.parametrize(
    "change", [{"kind": "bake"}, {"cores": 0}, {"config": "epochs=3"}, {"models": None}, {"colour": "red"}]
)
def test_a_spec_that_is_not_valid_is_refused(change):
    """A wrong value, a missing one or an unknown one: nothing is started from it."""
    with pytest.raises(ValidationError, match=next(iter(change))):
        JobSpec.model_validate_json(json.dumps(ORDER_OF_0_1 | change))


def test_a_request_to_stop_outlives_the_preparation(tmp_path):
    """A job may be cancelled while its folder is made ready; what an earlier attempt was asked is forgotten before."""
    folder = JobFolder(tmp_path)
    folder.request_stop()
    folder.prepare(spec_of(tmp_path))
    assert folder.stop_requested
    folder.forget_stop()
    assert not folder.stop_requested
