"""TrainingConfig: all settings of a training, validated in one place. Imports no TensorFlow."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from hwr_core.datasets.sources import OPEN_SOURCES, SOURCES
from hwr_core.errors import InvalidValue
from hwr_core.jobs.config import checked


@dataclass(frozen=True, slots=True)
class Architecture:
    """What a network costs: parameters, megabytes of the served file, milliseconds per image on one core.

    The times were measured by `python -m tests.benchmarks.training`; other machines differ, their ratios hold.
    """

    about: str
    parameters: int
    megabytes: float
    milliseconds: float


ARCHITECTURES: dict[str, Architecture] = {
    "small": Architecture("six convolutions, the quickest", 289_195, 1.15, 0.48),
    "residual": Architecture("residual network of eleven convolutions, the shipped network", 517_283, 2.06, 0.74),
    "transformer": Architecture("vision transformer, 49 patches, six blocks", 493_115, 2.0, 0.67),
}
"""The networks by name; `architectures.py` builds them."""


class TrainingConfig(BaseModel):
    """One training run. The defaults are those of the shipped model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    architecture: str = "residual"
    """Name of a network in ARCHITECTURES."""
    start: str | None = None
    """Name of a model version of the same network whose weights to start from, those of its line reader too; fresh ones
    if not given."""
    mix: float = Field(1.0, gt=0, le=1)
    """With `start`: the share of the learned weights in the model; the rest are those it started from. What was learned
    before is kept better so (Wortsman et al., 2022, "Robust fine-tuning of zero-shot models")."""
    epochs: int = Field(18, ge=1, le=500)
    batch_size: int = Field(128, ge=8, le=4096)
    optimizer: Literal["adamw", "sgd"] = "adamw"
    """AdamW (Loshchilov and Hutter, 2019), or gradient descent with Nesterov momentum 0.9."""
    learning_rate: float = Field(2e-3, gt=0, le=1)
    """The highest rate, reached after a warm-up of one epoch."""
    schedule: Literal["cosine", "constant"] = "cosine"
    """After the warm-up: a cosine decay to zero, or the same rate to the end."""
    weight_decay: float = Field(1e-3, ge=0, le=1)
    label_smoothing: float = Field(0.0, ge=0, lt=1)
    ema_momentum: float = Field(0.999, ge=0, lt=1)
    """Of the moving average of weights that becomes the model; 0 takes the last weights. A short training uses less:
    the average covers at most a tenth of all batches."""
    augmentation: float = Field(0.8, ge=0, le=3)
    """Strength of the distortions; 0 trains on undistorted images."""
    drawings: int = Field(6, ge=1, le=50)
    """How often each stroke recording is drawn, each time with another pen, size and slant."""
    sources: tuple[str, ...] = OPEN_SOURCES
    limit: int | None = Field(None, ge=10)
    """The most images of each source, chosen at random; all if not given."""
    line_epochs: int = Field(0, ge=0, le=500)
    """Epochs of the line reader, on made lines and on numbers that users have corrected; if 0, that of the version
    being served is copied."""
    page_epochs: int = Field(0, ge=0, le=500)
    """Epochs of the network that finds numbers on pages; if 0, that of the version being served is copied."""
    precision: Literal["float32", "mixed_bfloat16"] = "float32"
    """Arithmetic of the training steps; bfloat16 is faster on processors that have it. Served weights are float32."""
    seed: int = Field(1, ge=0, lt=2**31)

    @field_validator("architecture")
    @classmethod
    def _known_architecture(cls, architecture: str) -> str:
        if architecture not in ARCHITECTURES:
            raise ValueError(f"there is no network {architecture!r}; there are {', '.join(ARCHITECTURES)}")
        return architecture

    @field_validator("sources")
    @classmethod
    def _known_sources(cls, sources: tuple[str, ...]) -> tuple[str, ...]:
        if not sources:
            raise ValueError(f"choose at least one data set; there are {', '.join(SOURCES)}")
        if unknown := set(sources) - set(SOURCES):
            raise ValueError(f"there is no data set {', '.join(sorted(unknown))}; there are {', '.join(SOURCES)}")
        return tuple(dict.fromkeys(sources))


def training_config(values: Mapping[str, Any]) -> TrainingConfig:
    """Return a config with these values and defaults for the others. Raises InvalidValue."""
    return checked(TrainingConfig, values, "The training config")


def read_config(file: Path | None, changes: Sequence[str] = ()) -> dict[str, Any]:
    """Return the values of a JSON file, if given, with "name=value" changes; a value is JSON or a plain word.

    Raises:
        InvalidValue: the file is missing or not a JSON object.
    """
    values = _read_object(file) if file else {}
    for change in changes:
        name, _, value = change.partition("=")
        values[name] = _json_or_word(value)
    return values


def _read_object(file: Path) -> dict[str, Any]:
    try:
        values = json.loads(file.read_bytes())
    except OSError as error:
        raise InvalidValue(f"The config cannot be opened: {error.strerror}.") from error
    except ValueError as error:  # not JSON, or not even text
        raise InvalidValue(f"The config is not JSON: {error}.") from error
    if not isinstance(values, dict):
        raise InvalidValue("The config is not a JSON object.")
    return values


def _json_or_word(value: str) -> Any:
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        return value
