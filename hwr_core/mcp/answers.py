"""What the tools answer, typed: an assistant is told the schema, and checks answers by it."""

from collections.abc import Sequence
from datetime import datetime

from pydantic import BaseModel, Field

from hwr_core.recognition.types import NumberPrediction, Prediction, Verdict
from hwr_core.records.number_rows import NumberRecord
from hwr_core.records.predictions import PredictionRecord


class Candidate(BaseModel):
    """A value that an image may show."""

    value: int
    probability: float = Field(ge=0, le=1)


class ReadDigit(BaseModel):
    """What one image shows."""

    verdict: Verdict
    digit: int | None = Field(description="Its value; null where it is no digit")
    symbol: str | None = Field(description="The digit as it is written in its script")
    script: str
    confidence: float = Field(ge=0, le=1, description="Probability that `digit` is right")
    candidates: Sequence[Candidate] = Field(description="The three most probable values")
    reason: str | None = Field(description="Why it is no digit, or unsure")
    model_version: str
    prediction_id: int | None = Field(description="Its id in the history; null where it was not stored")


class ReadLine(BaseModel):
    """A line of digits."""

    text: str
    confidence: float = Field(ge=0, le=1)
    accept: bool = Field(description="Whether it is so sure that nobody has to check it")
    fits: bool | None = Field(description="Whether it fits the pattern; null without one")
    page: int = Field(description="From 1")
    box: tuple[int, int, int, int] | None = Field(description="Left, top, width, height in pixels")


class ReadNumber(BaseModel):
    """All digits of an image or a document."""

    text: str = Field(description="A line of text for each line of digits; empty where there are none")
    confidence: float = Field(ge=0, le=1, description="Probability that every digit is right")
    accept: bool = Field(description="Whether it is so sure that nobody has to check it")
    lines: Sequence[ReadLine]
    pages: int
    warnings: Sequence[str]
    model_version: str
    number_id: int | None = Field(description="Its id in the history; null where it was not stored")


class StoredPrediction(BaseModel):
    """A prediction of the history."""

    prediction_id: int
    timestamp: datetime
    source: str
    file_name: str | None
    verdict: Verdict
    digit: int | None
    confidence: float
    label: int | None = Field(description="What it shows according to users; null for no digit, and while unlabelled")
    is_right: bool | None = Field(description="Whether it agrees with its label; null while it has none")
    model_version: str


class StoredPredictions(BaseModel):
    """Some predictions, newest first."""

    predictions: Sequence[StoredPrediction]
    next: int | None = Field(description="The `before` of the next page; null on the last one")


def of_digit(found: Prediction | PredictionRecord) -> ReadDigit:
    """Return a prediction, stored or not, as an answer."""
    prediction = found.prediction if isinstance(found, PredictionRecord) else found
    best = prediction.candidates[:3] if prediction.seen is not None else ()
    return ReadDigit(
        verdict=prediction.verdict,
        digit=prediction.digit,
        symbol=prediction.symbol,
        script=prediction.script,
        confidence=prediction.confidence,
        candidates=[Candidate(value=each.digit, probability=each.probability) for each in best],
        reason=prediction.reason,
        model_version=prediction.model_version,
        prediction_id=found.id if isinstance(found, PredictionRecord) else None,
    )


def of_number(found: NumberPrediction | NumberRecord) -> ReadNumber:
    """Return a number, stored or not, as an answer."""
    number = found.number if isinstance(found, NumberRecord) else found
    return ReadNumber(
        text=number.text,
        confidence=number.confidence,
        accept=number.accept,
        lines=[
            ReadLine(
                text=line.text,
                confidence=line.confidence,
                accept=line.accept,
                fits=line.fits,
                page=line.page + 1,
                box=line.box,
            )
            for line in number.lines
        ],
        pages=number.pages,
        warnings=number.warnings,
        model_version=number.model_version,
        number_id=found.id if isinstance(found, NumberRecord) else None,
    )


def of_stored(record: PredictionRecord) -> StoredPrediction:
    """Return a stored prediction as an answer."""
    return StoredPrediction(
        prediction_id=record.id,
        timestamp=record.timestamp,
        source=record.source,
        file_name=record.file_name,
        verdict=record.prediction.verdict,
        digit=record.prediction.digit,
        confidence=record.prediction.confidence,
        label=record.label and record.label.digit,
        is_right=record.is_right,
        model_version=record.prediction.model_version,
    )
