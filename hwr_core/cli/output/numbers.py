"""All digits of image files and documents, a line for each line of digits."""

import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from hwr_core.app.batch import FilePrediction
from hwr_core.app.workspace import Workspace
from hwr_core.cli.arguments.files import read_file
from hwr_core.cli.arguments.workspace import opened
from hwr_core.cli.output.status import DONE, SOME_UNREAD
from hwr_core.errors import HwrError, ImageError
from hwr_core.recognition.types import NumberLine, NumberPrediction
from hwr_core.records.number_rows import NumberRecord
from hwr_core.records.predictions import Source


def print_numbers(names: Sequence[str], options: Mapping[str, Any], *, keep_for: int | None, as_json: bool) -> int:
    """Print the lines of digits of each file, in order, kept for a user or for nobody; return the exit status.

    Args:
        names: of files.
        options: of `Workspace.read_number`.
        keep_for: the user whose numbers they are.
        as_json: as one JSON object for each file.
    """
    status = DONE
    with opened() as workspace:
        for name in names:
            found = _number_in(name, workspace, options, keep_for)
            print(json.dumps(_as_json(name, found)) if as_json else _as_lines(name, found), flush=True)
            if isinstance(found, NumberPrediction) and not as_json:
                for warning in found.warnings:
                    print(f"{name}: {warning}", file=sys.stderr)
            status = status if isinstance(found, NumberPrediction) else SOME_UNREAD
    return status


def _number_in(
    name: str, workspace: Workspace, options: Mapping[str, Any], keep_for: int | None
) -> NumberPrediction | HwrError | None:
    """The digits of a file, or the error that says why it cannot be read."""
    file = read_file(name, workspace.settings.max_image_bytes)
    if isinstance(file, FilePrediction):
        return file.error
    try:
        if keep_for is None:
            return workspace.read_number(file[1], **options)
        found = workspace.read_and_keep_number(
            file[1], user_id=keep_for, source=Source.CLI, file_name=file[0], **options
        )
        return found.number if isinstance(found, NumberRecord) else found
    except ImageError as error:
        return error


def _as_lines(name: str, found: NumberPrediction | HwrError | None) -> str:
    if not isinstance(found, NumberPrediction):
        return f"{name}: error: {found}"
    if not found.lines:
        return f"{name}: no digits"
    several = found.pages > 1
    return "\n".join(
        f"{name}{f', page {line.page + 1}' if several else ''}: {_written(line)} {line.confidence:.1%} "
        f"{'accepted' if line.accept else 'does not fit' if line.fits is False else 'check this'}"
        for line in found.lines
    )


def _written(line: NumberLine) -> str:
    """A number, and how it is written where that is in another script."""
    number = line.value or line.text
    return f"{number} ({line.symbols})" if line.symbols else number


def _as_json(name: str, found: NumberPrediction | HwrError | None) -> dict[str, Any]:
    if not isinstance(found, NumberPrediction):
        return {"file": name, "error": str(found)}
    return {
        "file": name,
        "text": found.text,
        "confidence": found.confidence,
        "accept": found.accept,
        "fits": found.fits,
        "digits": [
            {
                "digit": each.digit,
                "confidence": each.confidence,
                "candidates": {str(other.digit): other.probability for other in each.candidates},
                "box": each.box,
                "line": each.line,
                "page": each.page,
            }
            for each in found.digits
        ],
        "lines": [
            {
                "text": line.text,
                "confidence": line.confidence,
                "accept": line.accept,
                "fits": line.fits,
                "value": line.value,
                "symbols": line.symbols,
                "box": line.box,
                "page": line.page,
            }
            for line in found.lines
        ],
        "script": found.script,
        "model_version": found.model_version,
        "seconds": found.seconds,
        "warnings": found.warnings,
    }
