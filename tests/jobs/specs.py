"""Specs for jobs of tests, whose files all lie in one folder."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hwr_core.jobs.spec import JobSpec
from hwr_core.jobs.table import JobKind


def spec_of(
    folder: Path, *, job: int = 1, kind: JobKind = JobKind.TRAIN, config: Mapping[str, Any] | None = None
) -> JobSpec:
    """Return the spec of a job."""
    return JobSpec(
        job=job,
        kind=kind,
        config=config or {},
        cores=1,
        models=folder / "models",
        datasets=folder / "datasets",
        custom=folder / "custom_dataset",
        corrections=folder / "corrections.npz",
    )
