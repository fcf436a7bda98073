"""EvaluationConfig: which model versions to measure on which suites."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from hwr_core.jobs.config import checked


class EvaluationConfig(BaseModel):
    """One evaluation."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    versions: tuple[str, ...] = Field(min_length=1, max_length=20)
    suites: tuple[str, ...] = ()
    """Names of suites; if this is empty and no folder is given, all suites that have data here."""
    folder: Path | None = None
    """A folder of labelled images, with a folder for each label, that is one more suite."""
    limit: int | None = Field(None, ge=1)
    """The most images of each source; all if not given."""


def evaluation_config(values: Mapping[str, Any]) -> EvaluationConfig:
    """Return a config with these values, validated. Raises InvalidValue."""
    return checked(EvaluationConfig, values, "The evaluation config")
