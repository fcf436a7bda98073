"""What answers have in common."""

from collections.abc import Sequence
from typing import Any, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, Field

Row = TypeVar("Row", bound=BaseModel)


class Out(BaseModel):
    """Part of an answer; each field is in every answer, those with a default included."""

    model_config = ConfigDict(
        from_attributes=True, validate_by_name=True, json_schema_serialization_defaults_required=True
    )

    @classmethod
    def from_record(cls, record: object, **more: object) -> Self:
        """Return what an answer says about a record of hwr_core; `more` are values that the record does not have.

        A field takes the record's attribute of its own name, or the one that its `validation_alias` names.
        """
        return cls.model_validate(_Extended(record, more) if more else record)


class Success(Out):
    """The beginning of every successful answer but /health."""

    success: Literal[True] = Field(default=True, examples=[True])


class One(Success, Generic[Row]):
    """A successful answer about one object."""

    data: Row

    @classmethod
    def of(cls, record: object) -> Self:
        """Return the answer about a record of hwr_core."""
        return cls.model_validate({"data": record})


class Many(Success, Generic[Row]):
    """A successful answer about a list of objects."""

    count: int = Field(description="Number of rows in this answer.", examples=[1])
    data: list[Row]

    @classmethod
    def of(cls, records: Sequence[object]) -> Self:
        """Return the answer about records of hwr_core."""
        return cls.model_validate({"count": len(records), "data": records})


class ErrorOut(Out):
    """The body of every error."""

    success: Literal[False] = Field(default=False, examples=[False])
    detail: str = Field(
        description="What was wrong, what was given, what is allowed.", examples=["There is no user 7."]
    )
    request_id: str = Field(
        description="The id of the request, as in the header X-Request-ID and in the server's log.",
        examples=["0b87a1f4c9d24b1f8a3fc0f1a9f6e1d2"],
    )


class _Extended:
    """A record with further attributes."""

    def __init__(self, record: object, more: dict[str, object]) -> None:
        self._record = record
        self._more = more

    def __getattr__(self, name: str) -> Any:
        return self._more[name] if name in self._more else getattr(self._record, name)
