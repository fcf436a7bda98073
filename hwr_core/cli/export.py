"""hwr export and hwr export-user: the history as a file."""

import sys
from pathlib import Path
from typing import Annotated, Literal, get_args

from cyclopts import Parameter

from hwr_core.cli.arguments.options import STDIN_OR_STDOUT, OutputFile, UserId
from hwr_core.cli.arguments.selection import Selection
from hwr_core.cli.arguments.workspace import opened
from hwr_core.cli.output.files import write_file
from hwr_core.cli.output.status import DONE
from hwr_core.errors import InvalidValue

Format = Literal["csv", "jsonl", "parquet"]
FORMATS = get_args(Format)
EVERYTHING = Selection()


def export(
    output: OutputFile,
    /,
    *,
    kind: Annotated[Format | None, Parameter(name="--format")] = None,
    selection: Selection = EVERYTHING,
) -> int:
    """Write the history, or a part of it, to a file.

    Args:
        kind: As the file's name ends when not given.
    """
    chosen = kind or Path(output).suffix.removeprefix(".")
    if chosen not in FORMATS:
        raise InvalidValue(f"{output!r} does not name a format; --format takes {', '.join(FORMATS)}.")
    if chosen == "parquet" and output == STDIN_OR_STDOUT and sys.stdout.isatty():
        raise InvalidValue("Parquet is not for a terminal; name a file.")
    with opened() as workspace:
        write_file(workspace.exports.history(chosen, selection.as_filter()), output)
    return DONE


def export_user(
    user: UserId,
    output: OutputFile,
    /,
    *,
    kind: Annotated[Literal["json", "csv"], Parameter(name="--format")] = "json",
) -> int:
    """Write all data of one user to a file."""
    with opened() as workspace:
        write_file(workspace.exports.user(user, kind), output)
    return DONE
