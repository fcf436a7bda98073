"""The model card, the one metadata file of a model version: its training, data and scores."""

from datetime import datetime
from typing import Any

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from hwr_core.scripts.script import Script


class DataUsed(BaseModel):
    """A data set that a model was trained or tested on. `sha256` is None for samples that hwr generates.

    `origins`: who made it, and on what terms; none for a user's own images, for what hwr makes, and on older cards.
    """

    model_config = ConfigDict(frozen=True)

    name: str
    sha256: str | None
    training: int
    validation: int
    test: int
    origins: tuple[str, ...] = ()


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


class RiskAtCoverage(BaseModel):
    """The share of wrong answers when only the images of highest confidence are answered."""

    model_config = ConfigDict(frozen=True)

    coverage: float
    risk: float
    confidence: float
    """The lowest confidence that is still answered."""


class Accepted(BaseModel):
    """What is accepted of some numbers where at most the share `max_error` of the accepted may be wrong."""

    model_config = ConfigDict(frozen=True)

    max_error: float
    total: int
    accepted: int
    wrong: int
    """Of the accepted, those that are wrong."""

    @property
    def coverage(self) -> float | None:
        """Share of all that is accepted; None of none."""
        return self.accepted / self.total if self.total else None

    @property
    def error(self) -> float | None:
        """Share of the accepted that is wrong; None where none is accepted."""
        return self.wrong / self.accepted if self.accepted else None


class Weight(BaseModel):
    """What one feature of a line of digits counts, once its mean is subtracted and it is divided by its scale."""

    model_config = ConfigDict(frozen=True)

    feature: str
    weight: float
    mean: float
    scale: float = Field(gt=0)


class Threshold(BaseModel):
    """Of lines with at least this confidence, at most this share is wrong, at 95 % certainty."""

    model_config = ConfigDict(frozen=True)

    confidence: float
    error: float


class Acceptance(BaseModel):
    """How probable it is that a whole line of digits is right: logistic regression over features of how it was read.

    Fitted to lines made of digits by the validation writers, read as a user's would be. Nothing but digits of open data
    sets went into it, so on other sources more of what is accepted may be wrong.
    """

    model_config = ConfigDict(frozen=True)

    bias: float
    weights: tuple[Weight, ...]
    lines: int
    """Lines that it was fitted to."""
    thresholds: tuple[Threshold, ...]
    """From sure to unsure, the error rising; chosen on lines that each had no part in the model that judged them."""
    test: int
    """Lines of the test writers that `risk` was measured on."""
    risk: tuple[RiskAtCoverage, ...]
    accepted: tuple[Accepted, ...]
    """What the thresholds for some errors accept of the test lines."""


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
    acceptance: Acceptance | None = None
    """None for a version from before whole numbers had a confidence of their own. It comes with the line reader: where
    that was taken from another version, it was fitted with the network for digits of that one."""


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


class ScriptCard(BaseModel):
    """A script that a version reads beside Western digits: what it is, its decision thresholds, and its scores."""

    model_config = ConfigDict(frozen=True)

    script: Script
    file: str
    """The file of its head."""
    decision: Decision
    data: tuple[DataUsed, ...]
    scores: tuple[Score, ...]
    calibration_error: float
    """Expected calibration error over the digits of the test writers."""
    how: str
    """The command that trained it."""
    taken_from: str | None = None
    """The version that it was trained for, where it was copied from another one."""

    @property
    def accuracy(self) -> float | None:
        """Share of the digits of test writers that are read right; None without any."""
        test = [score for score in self.scores if score.part == "test"]
        digits = sum(score.digits for score in test)
        return 1.0 - sum(score.wrong for score in test) / digits if digits else None


class Scripts(BaseModel):
    """The network that all scripts but the Western share, and what it says of the script of an image."""

    model_config = ConfigDict(frozen=True)

    parameters: int
    training: int
    """Samples that it was trained on."""
    temperature: float = Field(gt=0)
    """Of the choice among the scripts, as in the network for digits."""
    epochs: tuple[dict[str, float], ...]
    scripts: tuple[ScriptCard, ...]
    origins: tuple[str, ...]
    """Who made the data sets that it learned from, and on what terms; those of each head are with its script."""
    named: dict[str, float]
    """For each script the share of its single test digits for which it is named right."""
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
    scripts: Scripts | None = None
    """None for a version that reads Western digits only."""
    files: dict[str, str]
    """SHA-256 of each file of the version except the card, in hex."""
