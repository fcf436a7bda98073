"""The model card, the one metadata file of a model version: its training, data and scores."""

from datetime import datetime
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field


class DataUsed(BaseModel):
    """A data set that a model was trained or tested on. `sha256` is None for samples that hwr generates."""

    model_config = ConfigDict(frozen=True)

    name: str
    sha256: str | None
    training: int
    validation: int
    test: int


class Score(BaseModel):
    """The score on one part of one source: digits read right, and other images taken for digits."""

    model_config = ConfigDict(frozen=True)

    source: str
    part: str
    digits: int
    wrong: int
    """Digits whose most probable digit is not the true one."""
    refused: int
    """Digits answered by "not a digit"."""
    others: int
    taken_for_digits: int
    """Of `others` (letters, marks, noise), those answered by a digit at a confidence above one half."""

    @property
    def accuracy(self) -> float | None:
        """Share of digits read right; None without digits."""
        return 1.0 - self.wrong / self.digits if self.digits else None


class Decision(BaseModel):
    """When a prediction is rejected or unsure, tuned on the validation writers."""

    model_config = ConfigDict(frozen=True)

    temperature: float = Field(gt=0)
    """Logits are divided by it before the softmax (Guo et al., 2017, "On calibration of modern neural networks")."""
    not_a_digit_above: float = Field(ge=0, le=1)
    """Probability of "not a digit" above which an image is rejected."""
    unsure_below: float = Field(ge=0, le=1)
    """Confidence below which a prediction is unsure."""


class ReliabilityBin(BaseModel):
    """How often answers of about this confidence are right."""

    model_config = ConfigDict(frozen=True)

    confidence: float
    accuracy: float
    answers: int


class Histogram(BaseModel):
    """The shares of images between two edges each, below the first and above the last; they sum to 1."""

    model_config = ConfigDict(frozen=True)

    edges: tuple[float, ...]
    shares: tuple[float, ...]


class Inputs(BaseModel):
    """What the validation images are like, by the features of `hwr_core.evaluation.drift`, to compare recent ones with.

    Weighted so that one in ten shows no digit. `images` is the effective sample size.
    """

    model_config = ConfigDict(frozen=True)

    images: float = Field(validation_alias=AliasChoices("images", "pictures"))  # the second is the name in older cards
    features: dict[str, Histogram]


class Lines(BaseModel):
    """The network that reads lines of digits: its training, and its score on lines of other writers."""

    model_config = ConfigDict(frozen=True)

    parameters: int
    training: int
    """Lines it was trained on, composed of single digits."""
    test: int
    test_right: int
    """Of the test lines, composed of digits of other writers, those read completely right."""
    temperature: float = Field(gt=0)
    """Logits are divided by it, as in the network for digits; tuned on lines of the validation writers."""
    epochs: tuple[dict[str, float], ...]
    taken_from: str | None = None
    """The version that it was trained for, where it was copied from another one."""


class Pages(BaseModel):
    """The network that finds numbers on pages: its training, and its score on pages of other writers."""

    model_config = ConfigDict(frozen=True)

    parameters: int
    training: int
    """Parts of pages, composed of single digits, that it was trained on."""
    validation: int
    ink_overlap: float = Field(ge=0, le=1)
    """On the validation parts: pixels that are ink and were found, as a share of those that are one or the other."""
    epochs: tuple[dict[str, float], ...]
    taken_from: str | None = None
    """The version that it was trained for, where it was copied from another one."""


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
    """How confidences were calibrated."""
    reliability: tuple[ReliabilityBin, ...] = ()
    """How often answers of each confidence are right, over the same digits."""
    epochs: tuple[dict[str, float], ...]
    packages: dict[str, str]
    code: str = ""
    """Version of hwr, and the beginning of a hash over its source files."""
    job: int | None = None
    """Id of the job that made it, in the database where it was made."""
    how: str = ""
    """A command that makes a similar version."""
    test_accuracy: float | None = None
    """Share of the digits of all test parts read right; None without any."""
    test_loss: float | None = None
    """Mean negative log-likelihood over all test parts, calibrated; None without any."""
    training_seconds: float | None = None
    inputs: Inputs | None = None
    """None for a version from before these were recorded."""
    lines: Lines | None = None
    """None for a version that reads single digits only."""
    pages: Pages | None = None
    """None for a version that takes everything on a page for digits."""
    files: dict[str, str]
    """SHA-256 of each file of the version except the card, in hex."""
