"""What people say of a model version or a job."""

from typing import Annotated

from pydantic import AliasPath, BaseModel, Field

from api.schemas.base import Out
from hwr_core.app import LONGEST_TAG, LONGEST_TEXT, LONGEST_TITLE, MOST_TAGS

Title = Annotated[str, Field(max_length=LONGEST_TITLE, description="A name of your own.", examples=["Forms, June"])]
Tag = Annotated[str, Field(max_length=LONGEST_TAG, examples=["forms"])]
NotesText = Annotated[str, Field(max_length=LONGEST_TEXT, description="Free text.", examples=["With our scans."])]


class NotesIn(BaseModel):
    """What people say of a version or a job; what is left out is removed."""

    title: Title = ""
    tags: list[Tag] = Field([], max_length=MOST_TAGS, description="Up to 10.", examples=[["forms"]])
    notes: NotesText = ""


class Described(Out):
    """What can be described."""

    title: Title = Field(validation_alias=AliasPath("notes", "title"))
    tags: list[Tag] = Field(validation_alias=AliasPath("notes", "tags"))
    notes: NotesText = Field(validation_alias=AliasPath("notes", "text"))
