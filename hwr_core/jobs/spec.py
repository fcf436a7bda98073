"""JobSpec: what parent and child process agree on, written to the job's folder by the one and read by the other."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from hwr_core.jobs.table import JobKind

CORRECTIONS_FILE = "corrections.npz"
"""The labelled predictions that a job learns from or is measured on, in its folder: a child never reads the history."""


NUMBERS_FILE = "numbers.jsonl"
"""Which files of corrected numbers a job learns from, and what stands on them, in its folder."""


class JobSpec(BaseModel):
    """One job as its child process needs it: what to do, where the files lie, and how many cores to use.

    It is the content of `order.json`, so renaming a field takes an alias: jobs of earlier versions can be resumed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    job: int = Field(ge=1)
    """The job's number."""
    key: str = ""
    """The job's number and time, as `Job.key` says; empty in specs of earlier versions."""
    kind: JobKind
    config: Mapping[str, JsonValue]
    """The child process validates it as the config of this kind of job."""
    cores: int = Field(ge=1)
    priority: Literal["idle", "normal"] = "idle"
    """Whether the job takes only the processor time that all other programs leave."""
    models: Path
    """The folder of model versions."""
    storage: str | None = None
    """The URL of the storage in which others see model versions; None for none."""
    datasets: Path
    """The folder of open data sets."""
    custom: Path
    """The folder of the users' own labelled images."""
    corrections: Path
    """The file of labelled predictions; it is there if the config asks for them."""
    numbers: Path | None = None
    """The file that names corrected numbers; None for a job that learns nothing from them."""
