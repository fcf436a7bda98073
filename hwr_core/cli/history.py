"""hwr export and hwr prune: the history as files, and an end to what is past its time."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from hwr_core.app.workspace import Workspace
from hwr_core.cli.arguments import Commands, add_filters, chosen_by, confirmed
from hwr_core.cli.status import DONE, UNUSABLE
from hwr_core.errors import InvalidValue
from hwr_core.settings import load_settings

STDOUT = "-"
FORMATS = ("csv", "jsonl", "parquet")


def add_to(commands: Commands) -> None:
    """Add the commands."""
    export = commands.add_parser("export", help="write the history, or a part of it, to a file")
    export.add_argument("output", metavar="FILE", help="file to write, or - for standard output")
    export.add_argument("--format", choices=FORMATS, help="as the file's name ends when not given")
    add_filters(export)
    export.set_defaults(run=_export)

    export_user = commands.add_parser("export-user", help="write all data of one user to a file")
    export_user.add_argument("user", type=int)
    export_user.add_argument("output", metavar="FILE", help="file to write, or - for standard output")
    export_user.add_argument("--format", choices=("json", "csv"), default="json", help="(default %(default)s)")
    export_user.set_defaults(run=_export_user)

    prune = commands.add_parser("prune", help="take away predictions and image files that are past their time")
    prune.add_argument("--dry-run", action="store_true", help="tell what would go and leave it")
    prune.add_argument(
        "--predictions-older-than", type=int, metavar="DAYS", help="instead of HWR_KEEP_PREDICTIONS_DAYS"
    )
    prune.add_argument("--uploads-older-than", type=int, metavar="DAYS", help="instead of HWR_KEEP_UPLOADS_DAYS")
    prune.add_argument("--yes", action="store_true", help="do not ask")
    prune.set_defaults(run=_prune)


def _export(options: argparse.Namespace) -> int:
    kind = options.format or Path(options.output).suffix.removeprefix(".")
    if kind not in FORMATS:
        raise InvalidValue(f"{options.output!r} does not say a format; --format takes {', '.join(FORMATS)}.")
    if kind == "parquet" and options.output == STDOUT and sys.stdout.isatty():
        raise InvalidValue("Parquet is not for a terminal; name a file.")
    with Workspace(load_settings()) as workspace:
        _write(workspace.exports.history(kind, chosen_by(options)), options.output)
    return DONE


def _export_user(options: argparse.Namespace) -> int:
    with Workspace(load_settings()) as workspace:
        _write(workspace.exports.user(options.user, options.format), options.output)
    return DONE


def _prune(options: argparse.Namespace) -> int:
    ages = {
        "predictions_older_than": options.predictions_older_than,
        "uploads_older_than": options.uploads_older_than,
    }
    with Workspace(load_settings()) as workspace:
        due = workspace.prune(dry_run=True, **ages)
        what = f"{due.predictions:,} predictions and {due.uploads:,} image files ({due.bytes / 1e6:,.1f} MB)"
        if options.dry_run or not (due.predictions or due.uploads):
            print(f"{what} are past their time")
            return DONE
        if not confirmed(f"Take away {what}?", options):
            return UNUSABLE
        done = workspace.prune(**ages)
    print(f"{done.predictions:,} predictions and {done.uploads:,} image files taken away")
    return DONE


def _write(content: Iterable[bytes], output: str) -> None:
    with _opened(output) as stream:
        for piece in content:
            stream.write(piece)


@contextmanager
def _opened(output: str) -> Iterator[BinaryIO]:
    """Open the output for writing; a file appears under its name only when it is complete."""
    if output == STDOUT:
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
