"""EvaluationConfig: which versions to evaluate on which suites."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from hwr_core.validation import checked


class EvaluationConfig(BaseModel):
    """One evaluation. `folder` is a folder of labelled images (with a folder for each label) as one more suite."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    versions: tuple[str, ...] = Field(min_length=1, max_length=20)
    suites: tuple[str, ...] = ()
    """Names of suites; when empty and without a folder, all whose data is there."""
    folder: Path | None = None
    limit: int | None = Field(None, ge=1)
    """The largest number of images of each source; all when not given."""


def evaluation_config(values: Mapping[str, Any]) -> EvaluationConfig:
    """Return the config of these values. Raises InvalidValue."""
    return checked(EvaluationConfig, values, "The evaluation config")
