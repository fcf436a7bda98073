"""Answers of the REST API as typed objects; what a newer server says beyond them is left out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class Answer(BaseModel):
    """An answer, or a part of one."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Prediction(Answer):
    """What an image was read as. `prediction_id` is None for one that was not stored, as of a blank image.

    `error` says in a sentence why a file of several could not be read; all else is empty then.
    """

    prediction_id: int | None = None
    predicted_digit: int | None = None
    symbol: str | None = None
    script: str = "western"
    verdict: Literal["digit", "unsure", "not_a_digit", "no_ink"] | None = None
    reason: str | None = None
    confidence: float = 0.0
    all_predictions: Sequence[float] = ()
    model_version: str = ""
    error: str | None = None


class FoundDigit(Answer):
    """One digit of a number; `box` is left, top, width and height in pixels of the image as sent."""

    digit: int
    confidence: float
    box: tuple[int, int, int, int]
    line: int
    page: int


class NumberLine(Answer):
    """A line of digits; `accept` says that nobody has to check it."""

    text: str
    confidence: float
    accept: bool
    fits: bool | None = None


class Number(Answer):
    """A number, or the numbers of a page or a document: `text` has a line break between lines."""

    prediction_id: int | None = None
    text: str
    confidence: float
    accept: bool
    fits: bool | None = None
    lines: Sequence[NumberLine]
    digits: Sequence[FoundDigit]
    warnings: Sequence[str] = ()
    model_version: str = ""


class Stored(Answer):
    """A prediction of the history."""

    id: int
    timestamp: datetime
    user_id: int
    predicted_digit: int | None
    verdict: str
    confidence: float
    actual_digit: int | None = None
    model_version: str


class Job(Answer):
    """A training, a tuning or an evaluation. `result` is there once it has succeeded, `error` once it has failed."""

    id: int
    kind: str
    state: Literal["queued", "running", "succeeded", "failed", "cancelled"]
    progress: float
    eta_seconds: float | None = None
    doing: str = ""
    error: str | None = None
    result: Mapping[str, Any] | None = None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come of it."""
        return self.state in {"succeeded", "failed", "cancelled"}


class Event(Answer):
    """Something that has happened on the server, as the live channel's guide lists them.

    `lost` says in `data` how many came faster than they were taken (`count`); they are in the history.
    """

    type: Literal["prediction", "label", "job", "model", "lost"]
    at: datetime | None = None
    data: Mapping[str, Any]
