"""The model that reads, and what works."""

from datetime import UTC, datetime
from typing import Self

from pydantic import BaseModel, Field

from api.schemas.base import Success
from api.schemas.fields import UtcTime, Version
from hwr_core.app.status import Health
from hwr_core.registry.card import Score
from hwr_core.registry.registry import ModelVersion


class ScoreOut(BaseModel):
    """How the model reads images it never learned from."""

    source: str = Field(description="The data set.", examples=["mnist"])
    digits: int = Field(examples=[10000])
    accuracy: float | None = Field(description="Share of digits read right; null without digits.", examples=[0.9954])
    others: int = Field(description="Images that hold no digit.", examples=[0])
    taken_for_digits: int = Field(description="Of the others, those taken for a digit.", examples=[0])

    @classmethod
    def of(cls, score: Score) -> Self:
        """Return the answer for one line of a model's card."""
        return cls(accuracy=score.accuracy, **score.model_dump(include={*cls.model_fields} - {"accuracy"}))


class ModelStatusOut(Success):
    """The model that reads at present, if there is one."""

    model_loaded: bool = Field(examples=[True])
    model_version: Version | None = None
    model_path: str | None = Field(None, examples=["models/20260131T120000Z-1a2b3"])
    created_at: UtcTime | None = None
    architecture: str | None = Field(None, examples=["small"])
    parameters: int | None = Field(None, examples=[289195])
    calibration_error: float | None = Field(None, examples=[0.004])
    scores: list[ScoreOut] = Field([], description="On the test part of each data set.")

    @classmethod
    def of(cls, version: ModelVersion | None) -> Self:
        """Return the answer for the version served."""
        if version is None:
            return cls(model_loaded=False)
        card = version.card
        return cls(
            model_loaded=True,
            model_version=version.name,
            model_path=f"models/{version.name}",
            created_at=card.created_at,
            architecture=card.architecture,
            parameters=card.parameters,
            calibration_error=card.calibration_error,
            scores=[ScoreOut.of(score) for score in card.scores if score.part == "test"],
        )


class HealthOut(BaseModel):
    """What works at present."""

    status: str = Field(description='"healthy", or what is wrong, in words.', examples=["healthy"])
    model_loaded: bool = Field(examples=[True])
    database_connected: bool = Field(examples=[True])
    timestamp: UtcTime
    problems: tuple[str, ...] = Field(examples=[[]])

    @classmethod
    def of(cls, health: Health) -> Self:
        """Return the answer for the workspace's health."""
        return cls(
            status=" ".join(health.problems) or "healthy",
            model_loaded=health.model is not None,
            database_connected=health.database_connected,
            timestamp=datetime.now(UTC),
            problems=health.problems,
        )
