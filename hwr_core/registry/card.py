"""The one metadata file of a model version: what it is, what it learned from, and what it is worth."""

from datetime import datetime
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field


class DataUsed(BaseModel):
    """A data set a model learned from or was checked on. `sha256` is None for samples made by hwr itself."""

    model_config = ConfigDict(frozen=True)

    name: str
    sha256: str | None
    training: int
    validation: int
    test: int


class Score(BaseModel):
    """How a model reads one part of one source: digits read right, and non-digits taken for digits."""

    model_config = ConfigDict(frozen=True)

    source: str
    part: str
    digits: int
    wrong: int
    """Digits whose most probable digit is not the true one."""
    refused: int
    """Digits answered with "not a digit"."""
    others: int
    taken_for_digits: int
    """Of `others` (letters, marks, noise), those answered with a digit at a confidence over one half."""

    @property
    def accuracy(self) -> float | None:
        """Share of digits read right; None without digits."""
        return 1.0 - self.wrong / self.digits if self.digits else None


class Decision(BaseModel):
    """When a prediction is refused or unsure, chosen on validation writers."""

    model_config = ConfigDict(frozen=True)

    temperature: float = Field(gt=0)
    """Logits are divided by it before the softmax (Guo et al., 2017, "On calibration of modern neural networks")."""
    not_a_digit_above: float = Field(ge=0, le=1)
    """Probability of "not a digit" above which an image is refused."""
    unsure_below: float = Field(ge=0, le=1)
    """Confidence below which a digit is named with reserve."""


class ReliabilityBin(BaseModel):
    """How often answers of about this confidence were right."""

    model_config = ConfigDict(frozen=True)

    confidence: float
    accuracy: float
    answers: int


class Histogram(BaseModel):
    """How often images lie between each two edges, below the first and from the last on; the shares sum to 1."""

    model_config = ConfigDict(frozen=True)

    edges: tuple[float, ...]
    shares: tuple[float, ...]


class Inputs(BaseModel):
    """What validation images are like, by the features of `hwr_core.evaluation.drift`: today's are compared with them.

    Weighted, so that one in ten holds no digit. `images`: as many equal ones tell as much.
    """

    model_config = ConfigDict(frozen=True)

    images: float = Field(validation_alias=AliasChoices("images", "pictures"))  # as older cards call it
    features: dict[str, Histogram]


class Lines(BaseModel):
    """The network that reads lines of digits: what it learned from, and how it reads lines of other writers."""

    model_config = ConfigDict(frozen=True)

    parameters: int
    training: int
    """Lines it learned from, put together from single digits."""
    test: int
    test_right: int
    """Of the test lines, made of digits by other writers, those read whole and right."""
    temperature: float = Field(gt=0)
    """Logits are divided by it, as of the digits' network; chosen on lines of validation writers."""
    epochs: tuple[dict[str, float], ...]
    taken_from: str | None = None
    """The version that it was trained for, where this one took it along."""


class ModelCard(BaseModel):
    """`card.json` of a version."""

    model_config = ConfigDict(frozen=True)

    version: str
    created_at: datetime
    architecture: str
    parameters: int
    labels: tuple[str, ...]
    config: dict[str, Any]
    data: tuple[DataUsed, ...]
    decision: Decision
    scores: tuple[Score, ...]
    calibration_error: float
    """Expected calibration error over the digits of all test parts, 15 bins."""
    calibration_method: str = ""
    """How confidences were made to mean what they say."""
    reliability: tuple[ReliabilityBin, ...] = ()
    """How often they are right, over the same digits."""
    epochs: tuple[dict[str, float], ...]
    packages: dict[str, str]
    code: str = ""
    """Version of hwr and the first of a hash over its source files."""
    job: int | None = None
    """Number of the job that made it, in the history where it was made."""
    how: str = ""
    """The command that makes the like."""
    test_accuracy: float | None = None
    """Share of the digits of all test parts read right; None without any."""
    test_loss: float | None = None
    """Mean negative log-likelihood over all test parts, calibrated; None without any."""
    training_seconds: float | None = None
    inputs: Inputs | None = None
    """None for a version of before these were looked at."""
    lines: Lines | None = None
    """None for a version that reads single digits only."""
    files: dict[str, str]
    """SHA-256 of each other file of the version, in hex."""
