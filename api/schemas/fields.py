"""The kinds of field that several schemas and routes share."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BeforeValidator, Field, PlainSerializer
from pydantic_core import PydanticKnownError

from hwr_core.images.normalise import MAX_ENHANCEMENT
from hwr_core.recognition.types import Verdict
from hwr_core.records.feedback import MAX_COMMENT

LARGEST_ID = 2**63 - 1
"""The most that the database's ids can hold."""


def _no_boolean(fault: Literal["int_type", "float_type"]) -> BeforeValidator:
    """Return the check that a value is not true or false, which pydantic would take for 1 and 0.

    It stands behind the `Field` with a number's bounds: OpenAPI has only those that stand next to the type.
    """

    def check(value: object) -> object:
        if isinstance(value, bool):
            raise PydanticKnownError(fault)
        return value

    return BeforeValidator(check)


def _no_number(value: object) -> object:
    """Refuse a moment written as a number, which pydantic would take for seconds or milliseconds since 1970."""
    try:
        float(str(value))
    except ValueError:
        return value
    raise PydanticKnownError("datetime_parsing", {"error": "a number"})


def _isoformat(time: datetime) -> str:
    return time.isoformat()


UserId = Annotated[
    int,
    Field(ge=1, le=LARGEST_ID, description="The person the prediction belongs to.", examples=[1]),
    _no_boolean("int_type"),
]
EnhancementLevel = Annotated[
    float,
    Field(
        ge=0,
        le=MAX_ENHANCEMENT,
        description="How much the image is cleaned: 0 hardly, 1 as usual, 2 and more for photos and noise.",
        examples=[1.0],
    ),
    _no_boolean("float_type"),
]
# Pydantic's own form ends in "Z", which Python's datetime.fromisoformat takes only since 3.11.
UtcTime = Annotated[
    datetime,
    PlainSerializer(_isoformat, return_type=str),
    Field(examples=["2026-01-31T12:00:00.123456+00:00"], json_schema_extra={"format": "date-time"}),
]
Moment = Annotated[AwareDatetime, BeforeValidator(_no_number)]
PredictionId = Annotated[
    int,
    Field(ge=1, le=LARGEST_ID, description="The number of a prediction in the history.", examples=[42]),
    _no_boolean("int_type"),
]
TrueDigit = Annotated[
    Annotated[int, Field(ge=0, le=9), _no_boolean("int_type")] | None,
    Field(description="What the image really shows; null for no digit.", examples=[7]),
]
Rating = Annotated[
    int, Field(ge=1, le=5, description="1 to 5, or null for none.", examples=[4]), _no_boolean("int_type")
]
Comment = Annotated[str, Field(max_length=MAX_COMMENT, description="Any words.", examples=["A 1 with an upstroke."])]
Shares = Annotated[
    tuple[float, ...],
    Field(
        min_length=10,
        max_length=10,
        description="The probability of each digit, 0 to 9.",
        examples=[[0.001, 0.002, 0.002, 0.001, 0.001, 0.001, 0.001, 0.987, 0.002, 0.002]],
    ),
]
Digit = Annotated[
    int | None, Field(ge=0, le=9, description="Null for the verdicts not_a_digit and no_ink.", examples=[7])
]
Judgement = Annotated[Verdict, Field(examples=[Verdict.DIGIT])]
Confidence = Annotated[float, Field(description="The highest of the ten probabilities.", examples=[0.987])]
Seconds = Annotated[float, Field(description="From image file to reading, in seconds.", examples=[0.0021])]
FileName = Annotated[str, Field(description="As sent, without folders.", examples=["seven.png"])]
Version = Annotated[str, Field(description="The model version that read it.", examples=["20260131T120000Z-1a2b3"])]
