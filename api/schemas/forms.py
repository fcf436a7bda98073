"""Forms: an empty page with fields, and what was read of scans of it."""

from typing import Annotated, Self

from pydantic import AliasPath, BaseModel, BeforeValidator, Field, Json

from api.schemas.base import Many, One, Out, Success
from api.schemas.fields import LARGEST_ID, FileName, PatternText, UserId, UtcTime, Version
from api.schemas.numbers import Accept, Box, Fits, JointConfidence, NumberId, Value
from hwr_core.app import LONGEST_FIELD_NAME, ReadForm

FormId = Annotated[int, Field(ge=1, le=LARGEST_ID, description="The id of a form.", examples=[3])]
Name = Annotated[
    str,
    Field(min_length=1, max_length=LONGEST_FIELD_NAME, description="Up to 100 characters.", examples=["Meter"]),
]


class FieldIn(BaseModel):
    """A field of a form."""

    name: Name
    box: Box
    pattern: PatternText | None = None


FieldsIn = Annotated[
    Json[list[FieldIn]],
    Field(
        description="The fields as JSON: `name`, `box` (left, top, width and height in pixels of the file) and, where "
        "it is known, the `pattern` of the number.",
        examples=['[{"name": "Meter", "box": [420, 890, 320, 60], "pattern": "digits 5-6"}]'],
    ),
]


class FieldOut(Out):
    """A field of a form; its box is in pixels of the page as it is stored, `/api/forms/{id}/page`."""

    name: Name
    box: Box
    pattern: str | None = Field(description="What its number may be; null for anything.", examples=["digits 5-6"])


class FormOut(Out):
    """A form."""

    id: FormId
    timestamp: UtcTime
    user_id: UserId | None = Field(description="Who has added it; null where that user was deleted.")
    name: Name
    fields: list[FieldOut]


class OneForm(One[FormOut]):
    """One form."""


class ManyForms(Many[FormOut]):
    """All forms, by name."""


class FormDeletedOut(Success):
    """A form is gone."""

    message: str = Field(examples=["Form 3 was deleted."])


class CellOut(Out):
    """What stands in a field of a scan."""

    name: Name
    text: str = Field(description="The digits; empty where nothing is written.", examples=["04711"])
    confidence: JointConfidence
    accept: Accept
    fits: Fits
    value: Value = None
    number_id: NumberId | None = Field(description="The id in the history of numbers; null where it was not stored.")


class RowOut(Out):
    """A scan: a page of a file."""

    file_name: FileName
    page: int = Field(ge=1, description="The page of the file, from 1.", examples=[1])
    cells: list[CellOut] = Field(description="One for each field, in the form's order; empty where there is an error.")
    error: Annotated[str | None, BeforeValidator(lambda error: error and str(error))] = Field(
        description="Why the page could not be read; null for none.", examples=[None]
    )


class ReadFormOut(Success):
    """What was read of scans of a form."""

    form_id: FormId = Field(validation_alias=AliasPath("form", "id"))
    model_version: Version
    count: int = Field(description="Number of rows in this answer.", examples=[1])
    data: list[RowOut] = Field(validation_alias="rows")

    @classmethod
    def of(cls, read: ReadForm) -> Self:
        """Return the answer about scans that were read."""
        return cls.from_record(read, count=len(read.rows))
