"""What every answer has in common."""

from typing import Literal

from pydantic import BaseModel, Field


class Success(BaseModel):
    """What every answer but /health begins with."""

    success: Literal[True] = Field(default=True, examples=[True])


class ErrorOut(BaseModel):
    """The body of every error."""

    success: Literal[False] = Field(default=False, examples=[False])
    detail: str = Field(
        description="What was wrong, what was given, what is allowed.", examples=["There is no user 7."]
    )
    request_id: str = Field(
        description="The id of the request, as in the header X-Request-ID and in the server's log.",
        examples=["0b87a1f4c9d24b1f8a3fc0f1a9f6e1d2"],
    )
