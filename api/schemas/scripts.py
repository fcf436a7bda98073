"""The scripts that can be read."""

from pydantic import AliasPath, Field

from api.schemas.base import Out, Success
from api.schemas.fields import Version


class ScriptOut(Out):
    """A script: its symbols, what they are worth, and how well it is read."""

    name: str = Field(validation_alias=AliasPath("script", "name"), examples=["kannada"])
    title: str = Field(validation_alias=AliasPath("script", "title"), examples=["Kannada"])
    native: str = Field(
        validation_alias=AliasPath("script", "native"), description="Its name in its language.", examples=["ಕನ್ನಡ"]
    )
    symbols: list[str] = Field(validation_alias=AliasPath("script", "symbols"), examples=[["೩", "೪"]])
    values: list[int] = Field(
        validation_alias=AliasPath("script", "values"),
        description="What each symbol is worth, in the same order.",
        examples=[[3, 4]],
    )
    about: str = Field(
        validation_alias=AliasPath("script", "about"),
        description="Whose hands it was learned from, and what to mind.",
        examples=["Digits of native writers from Bengaluru."],
    )
    model_version: Version
    accuracy: float | None = Field(
        description="Share of digits by other writers read right; null where it was not measured.", examples=[0.985]
    )
    named: float | None = Field(
        description="Share of single digits for which `auto` finds out the script; null where it cannot.",
        examples=[0.93],
    )


class ScriptsOut(Success):
    """The scripts that the served version reads."""

    data: list[ScriptOut]
