"""hwr export and hwr export-user: the history as a file."""

import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, BinaryIO, Literal, get_args

from cyclopts import Parameter

from hwr_core.cli.options import STDIN_OR_STDOUT, OutputFile, UserId
from hwr_core.cli.selection import Selection
from hwr_core.cli.status import DONE
from hwr_core.cli.workspace import opened
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
        _write(workspace.exports.history(chosen, selection.as_filter()), output)
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
        _write(workspace.exports.user(user, kind), output)
    return DONE


def _write(content: Iterable[bytes], output: str) -> None:
    with _opened(output) as stream:
        for piece in content:
            stream.write(piece)


@contextmanager
def _opened(output: str) -> Iterator[BinaryIO]:
    """Open the output for writing; a file appears under its name only when it is complete."""
    if output == STDIN_OR_STDOUT:
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    target = Path(output)
    try:
        handle, aside = tempfile.mkstemp(prefix=".export-", dir=target.parent)
    except OSError as error:
        raise InvalidValue(f"The file {output!r} cannot be written: {error.strerror}.") from error
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
        Path(aside).chmod(0o644)
        Path(aside).replace(target)
    except OSError as error:
        raise InvalidValue(f"The file {output!r} cannot be written: {error.strerror}.") from error
    finally:
        Path(aside).unlink(missing_ok=True)
