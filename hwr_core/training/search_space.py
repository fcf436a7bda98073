"""What a tuning may vary, and how far: the one place that says so. Imports neither Optuna nor TensorFlow."""

from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol

from pydantic import BaseModel, ConfigDict, Field, field_validator

from hwr_core.jobs.config import checked
from hwr_core.training.config import TrainingConfig


class Trial(Protocol):
    """What a search space needs of an Optuna trial."""

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        """A number from low to high."""

    def suggest_categorical(self, name: str, choices: tuple[Any, ...]) -> Any:
        """One of the choices."""


class TuningConfig(BaseModel):
    """One tuning: what to start from, and how much may be spent."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    base: TrainingConfig = TrainingConfig()
    """What is not varied. The first trial is this config itself, so the others have something to beat."""
    trials: int = Field(20, ge=2, le=1000)
    minutes: float | None = Field(None, gt=0, le=100_000)
    """No trial begins after so many minutes; no limit when not given."""
    workers: int = Field(1, ge=1, le=16)
    """Processes that run trials at once, on the cores that the job has."""
    epochs: int = Field(4, ge=1, le=100)
    """Of a trial."""
    limit: int | None = Field(1_000, ge=10)
    """The most images of each source in a trial; all when null."""
    vary: tuple[Literal["learning_rate", "weight_decay", "label_smoothing", "augmentation", "batch_size",
                        "ema_momentum"], ...] = (
        "learning_rate", "weight_decay", "label_smoothing", "augmentation", "batch_size", "ema_momentum",
    )  # fmt: skip
    train_best: bool = False
    """Whether to train the best config in full afterwards, in the same job."""

    @field_validator("base")
    @classmethod
    def _fresh(cls, base: TrainingConfig) -> TrainingConfig:
        if base.start is not None:
            raise ValueError("trials are compared from fresh networks; start cannot be given")
        return base

    @field_validator("vary")
    @classmethod
    def _something(cls, vary: tuple[str, ...]) -> tuple[str, ...]:
        if not vary:
            raise ValueError("at least one value is to be varied")
        return tuple(dict.fromkeys(vary))

    @property
    def of_a_trial(self) -> TrainingConfig:
        """The config that trials start from: the base on less data and with fewer epochs."""
        return self.base.model_copy(update={"epochs": self.epochs, "limit": self.limit})


def tuning_config(values: Mapping[str, Any]) -> TuningConfig:
    """Return the config of these values and the defaults for the others. Raises InvalidValue."""
    return checked(TuningConfig, values, "The tuning config")


def suggest(trial: Trial, tuning: TuningConfig) -> TrainingConfig:
    """Return the config of a trial: the base with what the trial suggests for the values that vary."""
    ways: dict[str, Callable[[], Any]] = {
        "learning_rate": lambda: trial.suggest_float("learning_rate", 2e-4, 2e-2, log=True),
        "weight_decay": lambda: trial.suggest_float("weight_decay", 1e-5, 1e-1, log=True),
        "label_smoothing": lambda: trial.suggest_float("label_smoothing", 0.0, 0.15),
        "augmentation": lambda: trial.suggest_float("augmentation", 0.0, 1.5),
        "batch_size": lambda: trial.suggest_categorical("batch_size", (32, 64, 128, 256)),
        "ema_momentum": lambda: trial.suggest_categorical("ema_momentum", (0.0, 0.9, 0.99, 0.999)),
    }
    return tuning.of_a_trial.model_copy(update={name: ways[name]() for name in tuning.vary})


def best_config(tuning: TuningConfig, params: Mapping[str, Any]) -> TrainingConfig:
    """Return the config that trains with the best values in full. It is a TrainingConfig like any other."""
    return TrainingConfig.model_validate({**tuning.base.model_dump(), **params})
