"""Whole numbers: images and documents of many digits, and the digits found in them."""

from collections.abc import Sequence
from typing import Annotated, Any, Self

from pydantic import AliasChoices, AliasPath, BaseModel, BeforeValidator, Field

from api.schemas.base import One, Out, Success
from api.schemas.fields import (
    LARGEST_DIGIT,
    LARGEST_ID,
    Comment,
    EnhancementLevel,
    FileName,
    MaxError,
    PatternText,
    ScriptField,
    ScriptName,
    UserId,
    UtcTime,
    Version,
)
from api.schemas.predictions import SEVEN
from hwr_core.app import (
    DEFAULT_USER,
    MAX_TEXT,
    WESTERN,
    NumberFeedback,
    NumberPage,
    NumberRecord,
    Source,
    characters_of_symbols,
)

MAX_CANDIDATES = 3
MAX_BOXES = 1000

_Pixels = Annotated[int, Field(ge=-1_000_000, le=1_000_000)]

Box = Annotated[
    tuple[_Pixels, _Pixels, _Pixels, _Pixels],
    Field(
        description="Left, top, width and height in pixels of the image as sent, upright.", examples=[[12, 8, 25, 31]]
    ),
]
Value = Annotated[
    str | None,
    Field(
        description="The number with its minus and its decimal point, where the pattern has `minus` or `decimals`, or "
        "what numerals such as 三百二十 are worth; null otherwise.",
        examples=["-12.50"],
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


Fits = Annotated[
    bool | None,
    Field(description="Whether it fits the pattern that was expected; null without one.", examples=[True]),
]
Keep = Annotated[
    bool, Field(description="Whether to store the number in the history; one without digits never is.", examples=[True])
]
NumberId = Annotated[int, Field(ge=1, le=LARGEST_ID, description="The id of a number in the history.", examples=[42])]
NumberText = Annotated[
    str,
    Field(
        max_length=MAX_TEXT,
        description="Digits of any script of `/api/scripts`, a line for each line of digits; spaces are left out. "
        "Empty for no number at all.",
        examples=["148535"],
        # Said here, checked where the sign that is wrong is named.
        json_schema_extra={"pattern": rf"^[{''.join(characters_of_symbols())}\s]*$"},
    ),
]


def _of_number(name: str) -> AliasChoices:
    """Where a number's value is found: in a record that holds the number, or in the number itself."""
    return AliasChoices(AliasPath("number", name), name)


class ReadNumberIn(BaseModel):
    """An image or a document of which to read all digits."""

    image_data: str = Field(
        min_length=1,
        description="An image, TIFF or PDF file in base64, with or without a data-URL prefix.",
        examples=[SEVEN],
    )
    user_id: UserId = DEFAULT_USER
    keep: Keep = True
    enhancement_level: EnhancementLevel = 1.0
    max_error: MaxError | None = None
    pattern: PatternText | None = None
    script: ScriptName = WESTERN
    boxes: Annotated[list[Box], Field(max_length=MAX_BOXES)] | None = Field(
        None,
        description="Boxes of the digits on the only page, each read as one digit; null to find the digits.",
        examples=[None],
    )


def _first_candidates(candidates: Sequence[Any]) -> Sequence[Any]:
    return candidates[:MAX_CANDIDATES]


class CandidateOut(Out):
    """A digit and its probability."""

    digit: int = Field(ge=0, le=LARGEST_DIGIT, examples=[7])
    probability: float = Field(ge=0, le=1, examples=[0.987])


class FoundDigitOut(Out):
    """One digit of a number."""

    digit: int = Field(ge=0, le=LARGEST_DIGIT, examples=[7])
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
    fits: Fits
    value: Value = None
    symbols: str = Field(
        "", description="The digits as written, in another script than the Western one.", examples=[""]
    )
    box: Box
    page: int = Field(ge=0, description="Index of the page, from 0.", examples=[0])


class _Number(Out):
    """What was read, stored or not."""

    text: str = Field(
        validation_alias=_of_number("text"),
        description="The digits, with a line break between lines; empty without any.",
        examples=["148535"],
    )
    confidence: JointConfidence = Field(validation_alias=_of_number("confidence"))
    accept: Accept = Field(validation_alias=_of_number("accept"))
    fits: Fits = Field(validation_alias=_of_number("fits"))
    pages: int = Field(ge=0, validation_alias=_of_number("pages"), description="Number of pages read.", examples=[1])
    processing_time: float = Field(
        validation_alias=_of_number("seconds"), description="Seconds from file to digits.", examples=[0.031]
    )
    model_version: Version = Field(validation_alias=_of_number("model_version"))
    script: ScriptField = Field(validation_alias=_of_number("script"))


class _Found(_Number):
    """All that was read."""

    digits: list[FoundDigitOut] = Field(validation_alias=_of_number("digits"))
    lines: list[NumberLineOut] = Field(validation_alias=_of_number("lines"))
    warnings: list[str] = Field(
        validation_alias=_of_number("warnings"),
        description="Sentences about what was not read, or not as well as it could be; empty if all was read.",
        examples=[[]],
    )


class ReadNumberOut(Success, _Found):
    """All digits of an image or a document, in reading order."""

    prediction_id: NumberId | None = Field(
        None, validation_alias="id", description="The id in the history; null if the number was not stored."
    )


class NumberRowOut(_Number):
    """One number of the history, made from a NumberRecord."""

    id: NumberId
    timestamp: UtcTime
    user_id: UserId
    source: Source = Field(description="Where the file came from.", examples=[Source.UPLOAD])
    file_name: FileName | None
    pattern: str | None = Field(description="The pattern that was expected; null for none.", examples=["luhn"])
    max_error: float = Field(description="The share of accepted numbers that might be wrong.", examples=[0.01])
    is_labelled: Annotated[bool, BeforeValidator(lambda label: label is not None)] = Field(
        validation_alias="label", description="Whether a user has said what it really is.", examples=[True]
    )
    actual_text: str | None = Field(
        None,
        validation_alias=AliasPath("label", "text"),
        description="What it really is, by the newest feedback; null without any.",
        examples=["148536"],
    )
    correct_prediction: bool | None = Field(
        validation_alias="is_right",
        description="Whether all of it is right; null while nobody has said.",
        examples=[False],
    )


class NumbersOut(Success):
    """A page of numbers, newest first."""

    count: int = Field(description="Number of rows on this page.", examples=[1])
    next_before: int | None = Field(
        description="Send it as `before` to get the next page; null on the last one.", examples=[42]
    )
    data: list[NumberRowOut]

    @classmethod
    def of(cls, page: NumberPage) -> Self:
        """Return the answer about a page."""
        rows = [NumberRowOut.from_record(record) for record in page.numbers]
        return cls(count=len(rows), next_before=page.next, data=rows)


class NumberFeedbackIn(BaseModel):
    """What a number really is; it replaces what the same user said of it before."""

    text: NumberText
    user_id: UserId = DEFAULT_USER
    comments: Comment | None = Field("", description="Free text; null for none.", examples=["The 4 is open."])


class NumberFeedbackOut(Out):
    """One user's word on a number."""

    id: int = Field(examples=[5])
    timestamp: UtcTime
    user_id: UserId
    text: NumberText
    comments: Comment
    replaced_at: UtcTime | None = Field(description="When the same user said otherwise; null while it is valid.")


class NumberCorrectedOut(Success):
    """The feedback was recorded."""

    message: str = Field(examples=["Recorded: number 42 is 148536."])
    feedback_id: int = Field(examples=[5])
    correct_prediction: bool = Field(description="Whether all of the number was read right.", examples=[False])

    @classmethod
    def of(cls, given: NumberFeedback, *, is_right: bool) -> Self:
        """Return the answer to feedback on a number."""
        what = given.text.replace("\n", ", ") or "no number"
        return cls(
            message=f"Recorded: number {given.number_id} is {what}.", feedback_id=given.id, correct_prediction=is_right
        )


class NumberDetail(NumberRowOut, _Found):
    """A stored number with all its lines, digits and boxes."""

    enhancement_level: EnhancementLevel
    upload: str | None = Field(
        description="SHA-256 of the file, which is at /api/numbers/{id}/original; null if it was not stored.",
        examples=["9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"],
    )
    feedback: list[NumberFeedbackOut] = Field(description="All that users said of it, newest first.")


class NumberDetailOut(One[NumberDetail]):
    """One number with all its details."""

    @classmethod
    def of_number(cls, record: NumberRecord, feedback: Sequence[NumberFeedback]) -> Self:
        """Return the answer about a number and what users said of it."""
        return cls(data=NumberDetail.from_record(record, feedback=feedback))
