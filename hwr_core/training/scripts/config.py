"""ScriptsConfig: all settings of a training of scripts. Imports no TensorFlow."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from hwr_core.errors import InvalidValue
from hwr_core.jobs.config import checked
from hwr_core.registry.registry import ModelVersion
from hwr_core.scripts.script import WESTERN, all_scripts
from hwr_core.training.config import TrainingConfig

ALL = "all"
"""In place of a script's name: all of them, and the network that they share."""


class ScriptsConfig(BaseModel):
    """One training of scripts. The defaults are those of the shipped model."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    scripts: tuple[str, ...]
    """The scripts to learn. Others that the served version reads stay as they are."""
    network_epochs: int = Field(0, ge=0, le=200)
    """Epochs of the network that all scripts share; if 0, that of the version being served stays as it is."""
    head_epochs: int = Field(12, ge=1, le=200)
    """Epochs of the head of each script that is learned on a network that stays as it is."""
    batch_size: int = Field(128, ge=8, le=4096)
    learning_rate: float = Field(2e-3, gt=0, le=1)
    augmentation: float = Field(0.8, ge=0, le=3)
    """Strength of the distortions; 0 trains on undistorted images."""
    limit: int | None = Field(None, ge=10)
    """The most images of each data set, chosen at random; all if not given."""
    precision: Literal["float32", "mixed_bfloat16"] = "float32"
    seed: int = Field(1, ge=0, lt=2**31)

    @field_validator("scripts")
    @classmethod
    def _known_scripts(cls, scripts: tuple[str, ...]) -> tuple[str, ...]:
        known = [name for name in all_scripts() if name != WESTERN]
        for name in scripts:
            if name not in known:
                raise ValueError(f"there is no script {name!r} to learn; there are {', '.join(known)}")
        if not scripts:
            raise ValueError(f"choose at least one script; there are {', '.join(known)}")
        return tuple(dict.fromkeys(scripts))

    def for_network(self) -> TrainingConfig:
        """Return the config by which the shared network is trained as any other."""
        return TrainingConfig(
            epochs=max(1, self.network_epochs),
            batch_size=self.batch_size,
            learning_rate=self.learning_rate,
            augmentation=self.augmentation,
            precision=self.precision,
            seed=self.seed,
        )


def scripts_config(values: Mapping[str, Any]) -> ScriptsConfig:
    """Return a ScriptsConfig of these values. Raises InvalidValue, naming each value that is not allowed."""
    return checked(ScriptsConfig, values, "The config of scripts")


def confirm_network(config: ScriptsConfig, champion: ModelVersion) -> None:
    """Raise InvalidValue where heads alone are to be trained, and the served version has no network to put them on."""
    if not config.network_epochs and champion.card.scripts is None:
        raise InvalidValue(
            f"Model version {champion.name} has no network for scripts yet: train one with network_epochs above 0."
        )
