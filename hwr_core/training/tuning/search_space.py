"""TuningConfig, and which values a tuning may vary in which range. Imports neither Optuna nor TensorFlow."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, field_validator

from hwr_core.jobs.config import checked
from hwr_core.training.config import TrainingConfig


class Trial(Protocol):
    """What a search space needs of an Optuna trial."""

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        """Return a number from low to high."""

    def suggest_categorical(self, name: str, choices: tuple[Any, ...]) -> Any:
        """Return one of the choices."""


class TuningConfig(BaseModel):
    """One tuning: the config it starts from, its budget, and what it varies."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: TrainingConfig = TrainingConfig()
    """Holds all values that are not varied. The first trial is this config itself, for the others to beat."""
    trials: int = Field(20, ge=2, le=1000)
    minutes: float | None = Field(None, gt=0, le=100_000)
    """No trial begins after so many minutes; without it there is no such limit."""
    workers: int = Field(1, ge=1, le=16)
    """Processes that run trials at the same time, sharing the job's cores."""
    epochs: int = Field(4, ge=1, le=100)
    """Of each trial."""
    limit: int | None = Field(1_000, ge=10)
    """The most images of each source in a trial; all if null."""
    vary: tuple[Literal["learning_rate", "weight_decay", "label_smoothing", "augmentation", "batch_size",
                        "ema_momentum"], ...] = (
        "learning_rate", "weight_decay", "label_smoothing", "augmentation", "batch_size", "ema_momentum",
    )  # fmt: skip
    train_best: bool = False
    """Whether to train a model version with the best config afterwards, in the same job."""

    @field_validator("base")
    @classmethod
    def _fresh(cls, base: TrainingConfig) -> TrainingConfig:
        if base.start is not None:
            raise ValueError("trials start from fresh networks, so start cannot be given")
        return base

    @field_validator("vary")
    @classmethod
    def _something(cls, vary: tuple[str, ...]) -> tuple[str, ...]:
        if not vary:
            raise ValueError("at least one value has to be varied")
        return tuple(dict.fromkeys(vary))

    @property
    def of_a_trial(self) -> TrainingConfig:
        """The base config with the data and epochs of a trial."""
        return self.base.model_copy(update={"epochs": self.epochs, "limit": self.limit})


def tuning_config(values: Mapping[str, Any]) -> TuningConfig:
    """Return a config with these values and defaults for the others. Raises InvalidValue."""
    return checked(TuningConfig, values, "The tuning config")


def suggest(trial: Trial, tuning: TuningConfig) -> TrainingConfig:
    """Return the config of a trial, with the values that the trial suggests."""
    suggestions: dict[str, Callable[[], Any]] = {
        "learning_rate": lambda: trial.suggest_float("learning_rate", 2e-4, 2e-2, log=True),
        "weight_decay": lambda: trial.suggest_float("weight_decay", 1e-5, 1e-1, log=True),
        "label_smoothing": lambda: trial.suggest_float("label_smoothing", 0.0, 0.15),
        "augmentation": lambda: trial.suggest_float("augmentation", 0.0, 1.5),
        "batch_size": lambda: trial.suggest_categorical("batch_size", (32, 64, 128, 256)),
        "ema_momentum": lambda: trial.suggest_categorical("ema_momentum", (0.0, 0.9, 0.99, 0.999)),
    }
    return tuning.of_a_trial.model_copy(update={name: suggestions[name]() for name in tuning.vary})


def best_config(tuning: TuningConfig, params: Mapping[str, Any]) -> TrainingConfig:
    """Return the base config with the best values, to train with in full."""
    return TrainingConfig.model_validate({**tuning.base.model_dump(), **params})
