"""The types of field that several schemas and routes share."""

from datetime import datetime
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import AwareDatetime, BaseModel, BeforeValidator, Field, PlainSerializer
from pydantic_core import PydanticKnownError

from hwr_core.app import LARGEST_MAX_ERROR, MAX_COMMENT, MAX_ENHANCEMENT, WESTERN, Verdict, all_values, data_url

LARGEST_DIGIT = max(all_values())
"""The largest value of a symbol of any script."""

LARGEST_ID = 2**63 - 1
"""The largest id that the database can hold."""


def _no_boolean(error: Literal["int_type", "float_type"]) -> BeforeValidator:
    """Return the check that a value is not true or false, which pydantic would take for 1 and 0.

    It comes after the `Field` with a number's bounds: OpenAPI shows only bounds that stand next to the type.
    """

    def check(value: object) -> object:
        if isinstance(value, bool):
            raise PydanticKnownError(error)
        return value

    return BeforeValidator(check)


def _no_number(value: object) -> object:
    """Refuse a time written as a number, which pydantic would take for seconds or milliseconds since 1970."""
    try:
        float(str(value))
    except ValueError:
        return value
    raise PydanticKnownError("datetime_parsing", {"error": "a number"})


def _isoformat(time: datetime) -> str:
    return time.isoformat()


def _as_data_url(value: object) -> object:
    """Turn a grey image into a PNG in a data URL."""
    if not isinstance(value, np.ndarray):
        return value
    return data_url(value)


def _as_json(value: object) -> object:
    """Turn a model of hwr_core into the dictionary that JSON has for it."""
    return value.model_dump(mode="json") if isinstance(value, BaseModel) else value


UserId = Annotated[
    int,
    Field(ge=1, le=LARGEST_ID, description="The id of a user.", examples=[1]),
    _no_boolean("int_type"),
]
EnhancementLevel = Annotated[
    float,
    Field(
        ge=0,
        le=MAX_ENHANCEMENT,
        description="Cleaning level: 0 is minimal, 1 the default, 2 and more for photos and noise.",
        examples=[1.0],
    ),
    _no_boolean("float_type"),
]
MaxError = Annotated[
    float,
    Field(
        gt=0,
        le=LARGEST_MAX_ERROR,
        description="Share of the accepted numbers that may be wrong; HWR_MAX_ERROR when not given.",
        examples=[0.01],
    ),
    _no_boolean("float_type"),
]
PatternText = Annotated[
    str,
    Field(
        max_length=200,
        description="What each line may be: terms such as `digits 6-8`, `range 1-500`, `luhn`, `mod97`, `ean`, `isbn`, "
        "`date DDMMYYYY`, `decimals 2`, `minus` with commas between, or a name of HWR_PATTERNS. Digits that fit are "
        "preferred, and what does not fit is never accepted.",
        examples=["digits 16, luhn"],
    ),
]
# Pydantic's own form ends in "Z", which Python's datetime.fromisoformat accepts only since 3.11.
UtcTime = Annotated[
    datetime,
    PlainSerializer(_isoformat, return_type=str),
    Field(examples=["2026-01-31T12:00:00.123456+00:00"], json_schema_extra={"format": "date-time"}),
]
Moment = Annotated[AwareDatetime, BeforeValidator(_no_number)]
PredictionId = Annotated[
    int,
    Field(ge=1, le=LARGEST_ID, description="The id of a prediction in the history.", examples=[42]),
    _no_boolean("int_type"),
]
TrueDigit = Annotated[
    Annotated[int, Field(ge=0, le=LARGEST_DIGIT), _no_boolean("int_type")] | None,
    Field(
        description="The digit that the image really shows, 0 to 9, or the value of another symbol of its script; null "
        "for no digit.",
        examples=[7],
    ),
]
Rating = Annotated[
    int,
    Field(ge=1, le=5, description="How sure the user is, 1 to 5; null if not asked.", examples=[4]),
    _no_boolean("int_type"),
]
Comment = Annotated[str, Field(max_length=MAX_COMMENT, description="Free text.", examples=["A 1 with an upstroke."])]
Probabilities = Annotated[
    tuple[float, ...],
    Field(
        min_length=10,
        max_length=40,
        description="The probability of each digit, 0 to 9; or of each symbol of another script, in the order of "
        "`/api/scripts`.",
        examples=[[0.001, 0.002, 0.002, 0.001, 0.001, 0.001, 0.001, 0.987, 0.002, 0.002]],
    ),
]
Digit = Annotated[
    int | None,
    Field(
        ge=0,
        le=LARGEST_DIGIT,
        description="The predicted digit, 0 to 9, or the value of another symbol of the script; null for the verdicts "
        "not_a_digit and no_ink.",
        examples=[7],
    ),
]
ScriptName = Annotated[
    str,
    Field(
        max_length=40,
        description="The script of the image: `western`, another one of `/api/scripts`, or `auto` for any of them.",
        examples=[WESTERN],
    ),
]
ScriptField = Annotated[str, Field(description="The script that the image was read in.", examples=[WESTERN])]
SymbolField = Annotated[
    str | None, Field(description="The predicted digit as it is written in the script; null for none.", examples=["7"])
]
VerdictField = Annotated[Verdict, Field(description="What kind of answer the prediction is.", examples=[Verdict.DIGIT])]
Confidence = Annotated[
    float,
    Field(description="The probability that the digit is right: the highest of all probabilities.", examples=[0.987]),
]
Seconds = Annotated[float, Field(description="Seconds from image file to prediction.", examples=[0.0021])]
FileName = Annotated[str, Field(description="The name of the file as sent, without folders.", examples=["seven.png"])]
Version = Annotated[str, Field(description="The name of a model version.", examples=["20260131T120000Z-1a2b3"])]
PngUrl = Annotated[
    str,
    BeforeValidator(_as_data_url, json_schema_input_type=str),
    Field(
        description="What the model saw, 28 x 28, ink bright on black: a PNG in a data URL.",
        examples=["data:image/png;base64,iVBORw0KGgo..."],
    ),
]
Json = Annotated[dict[str, Any], BeforeValidator(_as_json, json_schema_input_type=dict[str, Any])]
"""Whatever a record of hwr_core holds, as a JSON object."""
