"""TrainingConfig: everything that shapes a training, validated in one place. Imports no TensorFlow."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from hwr_core.datasets.sources import SOURCES
from hwr_core.errors import InvalidValue


class TrainingConfig(BaseModel):
    """One training run. The defaults are those of the shipped model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    architecture: Literal["small"] = "small"
    epochs: int = Field(12, ge=1, le=500)
    batch_size: int = Field(128, ge=8, le=4096)
    learning_rate: float = Field(2e-3, gt=0, le=1)
    """Peak of a one-epoch warm-up and cosine decay to zero."""
    weight_decay: float = Field(1e-3, ge=0, le=1)
    label_smoothing: float = Field(0.03, ge=0, lt=1)
    ema_momentum: float = Field(0.999, ge=0, lt=1)
    """Of the moving average of weights that is kept as the model; 0 keeps the last weights."""
    augmentation: float = Field(0.6, ge=0, le=3)
    """Strength of the distortions; 0 trains on the pictures as they are."""
    drawings: int = Field(6, ge=1, le=50)
    """How many times each stroke recording is drawn, each time with another pen, size and slant."""
    sources: tuple[str, ...] = SOURCES
    precision: Literal["float32", "mixed_bfloat16"] = "float32"
    """Arithmetic of the training steps; bfloat16 is faster where the processor has it. Served weights are float32."""
    seed: int = Field(1, ge=0)

    @field_validator("sources")
    @classmethod
    def _known(cls, sources: tuple[str, ...]) -> tuple[str, ...]:
        unknown = set(sources) - set(SOURCES)
        if unknown or not sources:
            raise ValueError(
                f"{', '.join(sorted(unknown)) or 'nothing'} is no data set; there are {', '.join(SOURCES)}"
            )
        return sources


def read_config(file: Path | None, changes: Sequence[str] = ()) -> TrainingConfig:
    """Return the config of a JSON file, or the default one, with "name=value" changes; values are JSON or plain words.

    Raises:
        InvalidValue: the file is missing or no JSON object, or a name or value is not allowed.
    """
    values = _read_object(file) if file else {}
    for change in changes:
        name, _, value = change.partition("=")
        values[name] = _json_or_word(value)
    try:
        return TrainingConfig.model_validate(values)
    except ValidationError as error:
        faults = [
            f"{'.'.join(map(str, fault['loc']))} is {fault['input']!r}: {fault['msg']}" for fault in error.errors()
        ]
        raise InvalidValue("The training config is not valid. " + "; ".join(faults) + ".") from error


def _read_object(file: Path) -> dict[str, Any]:
    try:
        values = json.loads(file.read_bytes())
    except OSError as error:
        raise InvalidValue(f"The training config cannot be opened: {error.strerror}.") from error
    except ValueError as error:  # no JSON, or no text at all
        raise InvalidValue(f"The training config is no JSON: {error}.") from error
    if not isinstance(values, dict):
        raise InvalidValue("The training config is no JSON object.")
    return values


def _json_or_word(value: str) -> Any:
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value
