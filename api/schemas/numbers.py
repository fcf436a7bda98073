"""Whole numbers: images and documents of many digits, and what was read in them."""

from typing import Annotated, Self

from pydantic import BaseModel, Field

from api.schemas.base import Success
from api.schemas.fields import EnhancementLevel, Version
from api.schemas.predictions import SEVEN
from hwr_core.recognition.types import FoundDigit, NumberLine, NumberPrediction

SHOWN_CANDIDATES = 3
MOST_BOXES = 1000

_Pixels = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]

Box = Annotated[
    tuple[_Pixels, _Pixels, _Pixels, _Pixels],
    Field(
        description="Left, top, width and height in pixels of the image as sent, upright.", examples=[[12, 8, 25, 31]]
    ),
]
JointConfidence = Annotated[
    float,
    Field(
        ge=0, le=1, description="The probability that all digits are right; 0 where there are none.", examples=[0.93]
    ),
]


class ReadNumberIn(BaseModel):
    """An image or a document to read all digits of."""

    image_data: str = Field(
        min_length=1,
        description="An image, TIFF or PDF file in base64, with or without a data-URL prefix.",
        examples=[SEVEN],
    )
    enhancement_level: EnhancementLevel = 1.0
    boxes: Annotated[list[Box], Field(max_length=MOST_BOXES)] | None = Field(
        None,
        description="Where the digits of the only page stand, each read as one; looked for when null.",
        examples=[None],
    )


class CandidateOut(BaseModel):
    """One digit and how probable it is."""

    digit: int = Field(ge=0, le=9, examples=[7])
    probability: float = Field(ge=0, le=1, examples=[0.987])


class FoundDigitOut(BaseModel):
    """One digit of a number."""

    digit: int = Field(ge=0, le=9, examples=[7])
    confidence: float = Field(
        ge=0, le=1, description="The probability that it is this digit, the others of its line given.", examples=[0.987]
    )
    candidates: list[CandidateOut] = Field(description="The three most probable digits.")
    box: Box
    line: int = Field(ge=0, description="Which of `lines` it stands on, from 0.", examples=[0])
    page: int = Field(ge=0, description="Which page it stands on, from 0.", examples=[0])

    @classmethod
    def of(cls, found: FoundDigit) -> Self:
        """Return the answer for a digit."""
        return cls(
            digit=found.digit,
            confidence=found.confidence,
            candidates=[
                CandidateOut(digit=each.digit, probability=each.probability)
                for each in found.candidates[:SHOWN_CANDIDATES]
            ],
            box=found.box,
            line=found.line,
            page=found.page,
        )


class NumberLineOut(BaseModel):
    """One line of digits, from left to right."""

    text: str = Field(examples=["148535"])
    confidence: JointConfidence
    box: Box
    page: int = Field(ge=0, description="Which page it stands on, from 0.", examples=[0])

    @classmethod
    def of(cls, line: NumberLine) -> Self:
        """Return the answer for a line."""
        return cls(text=line.text, confidence=line.confidence, box=line.box, page=line.page)


class ReadNumberOut(Success):
    """All digits of an image or a document, in reading order."""

    text: str = Field(
        description="The digits, a line break between lines; empty where there are none.", examples=["148535"]
    )
    confidence: JointConfidence
    digits: list[FoundDigitOut]
    lines: list[NumberLineOut]
    pages: int = Field(ge=0, description="How many pages were read.", examples=[1])
    processing_time: float = Field(description="From file to digits, in seconds.", examples=[0.031])
    model_version: Version

    @classmethod
    def of(cls, found: NumberPrediction, **more: object) -> Self:
        """Return the answer for what was found; `more` fills the fields that a subclass adds."""
        return cls(
            text=found.text,
            confidence=found.confidence,
            digits=[FoundDigitOut.of(digit) for digit in found.digits],
            lines=[NumberLineOut.of(line) for line in found.lines],
            pages=found.pages,
            processing_time=found.seconds,
            model_version=found.model_version,
            **more,
        )
