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
