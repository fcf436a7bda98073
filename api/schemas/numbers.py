"""Whole numbers: images and documents of many digits, and the digits found in them."""

from collections.abc import Sequence
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, Field

from api.schemas.base import Out, Success
from api.schemas.fields import EnhancementLevel, MaxError, Version
from api.schemas.predictions import SEVEN

MAX_CANDIDATES = 3
MAX_BOXES = 1000

_Pixels = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]

Box = Annotated[
    tuple[_Pixels, _Pixels, _Pixels, _Pixels],
    Field(
        description="Left, top, width and height in pixels of the image as sent, upright.", examples=[[12, 8, 25, 31]]
    ),
]
JointConfidence = Annotated[
    float,
    Field(ge=0, le=1, description="Probability that all digits are correct; 0 without any.", examples=[0.93]),
]
Accept = Annotated[
    bool,
    Field(
        description="Whether nobody has to check, so high is the confidence: of what is accepted, at most the share "
        "`max_error` is wrong.",
        examples=[True],
    ),
]


class ReadNumberIn(BaseModel):
    """An image or a document of which to read all digits."""

    image_data: str = Field(
        min_length=1,
        description="An image, TIFF or PDF file in base64, with or without a data-URL prefix.",
        examples=[SEVEN],
    )
    enhancement_level: EnhancementLevel = 1.0
    max_error: MaxError | None = None
    boxes: Annotated[list[Box], Field(max_length=MAX_BOXES)] | None = Field(
        None,
        description="Boxes of the digits on the only page, each read as one digit; null to find the digits.",
        examples=[None],
    )


def _first_candidates(candidates: Sequence[Any]) -> Sequence[Any]:
    return candidates[:MAX_CANDIDATES]


class CandidateOut(Out):
    """A digit and its probability."""

    digit: int = Field(ge=0, le=9, examples=[7])
    probability: float = Field(ge=0, le=1, examples=[0.987])


class FoundDigitOut(Out):
    """One digit of a number."""

    digit: int = Field(ge=0, le=9, examples=[7])
    confidence: float = Field(
        ge=0, le=1, description="Probability of this digit, given the others of its line.", examples=[0.987]
    )
    candidates: Annotated[list[CandidateOut], BeforeValidator(_first_candidates)] = Field(
        description="The three most probable digits."
    )
    box: Box
    line: int = Field(ge=0, description="Index in `lines`, from 0.", examples=[0])
    page: int = Field(ge=0, description="Index of the page, from 0.", examples=[0])


class NumberLineOut(Out):
    """One line of digits, from left to right."""

    text: str = Field(examples=["148535"])
    confidence: JointConfidence
    accept: Accept
    box: Box
    page: int = Field(ge=0, description="Index of the page, from 0.", examples=[0])


class ReadNumberOut(Success):
    """All digits of an image or a document, in reading order."""

    text: str = Field(
        description="The digits, with a line break between lines; empty without any.", examples=["148535"]
    )
    confidence: JointConfidence
    accept: Accept
    digits: list[FoundDigitOut]
    lines: list[NumberLineOut]
    pages: int = Field(ge=0, description="Number of pages read.", examples=[1])
    warnings: list[str] = Field(
        description="Sentences about what was not read, or not as well as it could be; empty if all was read.",
        examples=[[]],
    )
    processing_time: float = Field(
        validation_alias="seconds", description="Seconds from file to digits.", examples=[0.031]
    )
    model_version: Version
