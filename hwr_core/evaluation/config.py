"""EvaluationConfig: which versions to put through which suites."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from hwr_core.jobs.config import checked


class EvaluationConfig(BaseModel):
    """One evaluation. `folder` names labelled images anywhere (a folder for each label) as one more suite."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    versions: tuple[str, ...] = Field(min_length=1, max_length=20)
    suites: tuple[str, ...] = ()
    """Names of suites; all whose data is there when empty and no folder is named."""
    folder: Path | None = None
    limit: int | None = Field(None, ge=1)
    """The most images of each source; all when not given."""


def evaluation_config(values: Mapping[str, Any]) -> EvaluationConfig:
    """Return the config of these values. Raises InvalidValue."""
    return checked(EvaluationConfig, values, "The evaluation config")
