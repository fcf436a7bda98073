"""The served model, and the health of the server."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Self

from pydantic import Field

from api.schemas.base import Out, Success
from api.schemas.fields import UtcTime, Version
from hwr_core.app import Health, ModelVersion, Score


class ScoreOut(Out):
    """How well a model reads the test images of one data set."""

    source: str = Field(description="The data set.", examples=["mnist"])
    digits: int = Field(examples=[10000])
    accuracy: float | None = Field(
        description="Share of digits read correctly; null without digits.", examples=[0.9954]
    )
    others: int = Field(description="Images without a digit.", examples=[0])
    taken_for_digits: int = Field(description="How many of these were taken for a digit.", examples=[0])


class ModelStatusOut(Success):
    """The served model, if there is one."""

    model_loaded: bool = Field(examples=[True])
    model_version: Version | None = None
    model_path: str | None = Field(None, examples=["models/20260131T120000Z-1a2b3"])
    created_at: UtcTime | None = None
    architecture: str | None = Field(None, examples=["small"])
    parameters: int | None = Field(None, examples=[289195])
    calibration_error: float | None = Field(None, examples=[0.004])
    scores: list[ScoreOut] = Field([], description="Scores on the test part of each data set.")

    @classmethod
    def of(cls, version: ModelVersion | None) -> Self:
        """Return the answer about the served version."""
        if version is None:
            return cls(model_loaded=False)
        return cls.from_record(
            version.card,
            model_loaded=True,
            model_version=version.name,
            model_path=f"models/{version.name}",
            scores=test_scores(version),
        )


def test_scores(version: ModelVersion) -> list[Score]:
    """Return the scores on the test parts of its data sets."""
    return [score for score in version.card.scores if score.part == "test"]


class HealthOut(Out):
    """The health of the server."""

    status: str = Field(description='"healthy", or what is wrong, in words.', examples=["healthy"])
    model_loaded: bool = Field(examples=[True])
    database_connected: bool = Field(examples=[True])
    timestamp: UtcTime
    problems: tuple[str, ...] = Field(examples=[[]])
    parts: Mapping[str, str] = Field(
        description="`model`, `database`, `storage` (the data folder), `limits` (the shared counters), `replicas` (the "
        'link to other servers): "ok", or what is wrong. The last two make no answer a 503.',
        examples=[{"model": "ok", "database": "ok", "storage": "ok", "limits": "ok", "replicas": "ok"}],
    )

    @classmethod
    def of(cls, health: Health) -> Self:
        """Return the answer about the workspace's health."""
        return cls(
            status=" ".join(health.problems) or "healthy",
            model_loaded=health.model is not None,
            database_connected=health.database_connected,
            timestamp=datetime.now(UTC),
            problems=health.problems,
            parts=health.parts,
        )
