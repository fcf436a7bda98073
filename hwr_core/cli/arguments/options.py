"""Options and arguments that several commands take."""

from pathlib import Path
from typing import Annotated, Any, TypeAlias

from cyclopts import CycloptsError, Parameter

STDIN_OR_STDOUT = "-"

Flag: TypeAlias = Annotated[bool, Parameter(show_default=False)]
"""Off unless it is given."""
AsJson: TypeAlias = Annotated[
    bool, Parameter(name="--json", show_default=False, help="One JSON object a line, for programs.")
]
Yes: TypeAlias = Annotated[bool, Parameter(show_default=False, help="Do not ask.")]
Asker: TypeAlias = Annotated[int, Parameter(name="--user", help="The user who asks.")]
Reason: TypeAlias = Annotated[str, Parameter(show_default=False, help="Why, for the log.")]
Title: TypeAlias = Annotated[str, Parameter(name="--title", help="A name of your own.")]
Tags: TypeAlias = Annotated[tuple[str, ...], Parameter(name="--tag", help="A tag; may be given several times.")]
Text: TypeAlias = Annotated[str, Parameter(name="--text", help="Free text.")]
UserId: TypeAlias = Annotated[int, Parameter(name="USER", help="The user's number.")]
EvenLastAdmin: TypeAlias = Annotated[
    bool, Parameter(name="--force", show_default=False, help="Even where no active admin is left.")
]


def refuse_unknown_options(_: Any, given: str | list[str] | None) -> None:
    """Raise CycloptsError for what looks like an option but is the name of no file.

    Cyclopts takes a lone dash for an option. An argument that may be one has to be allowed a leading hyphen, by which
    a mistyped option would pass for a file.
    """
    for name in [given] if isinstance(given, str) else given or ():
        if name.startswith("-") and name != STDIN_OR_STDOUT and not Path(name).exists():
            raise CycloptsError(msg=f"There is no option {name}.")


FILE_OR_DASH = Parameter(allow_leading_hyphen=True, validator=refuse_unknown_options)
OutputFile: TypeAlias = Annotated[
    str, FILE_OR_DASH, Parameter(name="FILE", help="File to write, or - for standard output.")
]
